import type { Value } from "../../../dpt/dpt.ts";
import { findDpt } from "../../../dpt/dpt.ts";
import type { JsonValue } from "../../../effect.ts";
import type { Failure } from "../commands/errors.ts";
import type { RoleName } from "./config.ts";

/** What a type of entity is made of. */
export type EntityKind = Readonly<{
  /** In the order in which a command with several of them is sent. */
  roles: Readonly<Partial<Record<RoleName, Role>>>;
  /** One of these roles must be there. */
  needs: readonly RoleName[];
  /** What a `set` may name → what `plan` calls it; null: taken and of no effect on KNX. */
  names: Readonly<{ [name: string]: string | null }>;
}>;

export type Role = Readonly<{
  /** Datapoint types that it takes: `5.001`, `20.*`. */
  dpts: readonly string[];
  /** `state`: only heard; `write`: only sent. */
  may: "both" | "state" | "write";
}>;

/** The value that is held of a role; undefined: nothing was heard yet. */
export type View = (role: RoleName) => Reading | undefined;

export type Reading = Readonly<{
  /** null where there is none: the type's own code for that, or another length. */
  value: Value;
  /** The same as a number, of types that are one of several: 0 and 1, codes, numbers of scenes. */
  code: number | null;
  /** ms since 1970. */
  ts: number;
}>;

/** A field of a value that is an object. */
export const partOf = (reading: Pick<Reading, "value"> | undefined, part: string) =>
  typeof reading?.value === "object" && reading.value !== null ? reading.value[part] : undefined;

/** The state of an entity, and what is not known is left out. */
export type Fields = Readonly<{ [field: string]: JsonValue | undefined }>;

/** What somebody wants, by the names that `names` leads to. */
export type Wanted = Readonly<{ [name: string]: unknown }>;

/** One telegram, in the JSON form of its type; or why there is none. */
export type Step = Readonly<{ role: RoleName; value: unknown }> | Failure;

export const step = (role: RoleName, value: unknown): Step => ({ role, value });

/** @param dpt of an object; undefined: it has none, or there is no such object */
export const takesDpt = ({ dpts }: Role, dpt: string | undefined): boolean =>
  dpt !== undefined &&
  dpts.some((known) =>
    known.endsWith(".*") ? dpt.startsWith(known.slice(0, -1)) : known === findDpt(dpt)?.id,
  );

/** On and off, by whatever name. */
export const SWITCH: readonly string[] = ["1.001", "1.002", "1.003", "1.011"];

export const both = (...dpts: readonly string[]): Role => ({ dpts, may: "both" });
export const heard = (...dpts: readonly string[]): Role => ({ dpts, may: "state" });
export const sent = (...dpts: readonly string[]): Role => ({ dpts, may: "write" });
