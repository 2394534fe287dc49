import type { GroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import type { Octets } from "../../../octets.ts";
import type { Failure } from "../commands/errors.ts";
import type { SetRequest } from "../commands/payload.ts";
import type { Gate } from "../gate.ts";

/** The requests of the current second, and those that take longer. */
export type Requests = Readonly<{
  since: number;
  count: number;
  /** The next `ref`. */
  next: number;
  /** Not answered yet. */
  open: readonly Ask[];
  batches: readonly Batch[];
  scan: Scan | null;
  stream: Stream | null;
}>;

export const EMPTY_REQUESTS: Requests = {
  since: 0,
  count: 0,
  next: 1,
  open: [],
  batches: [],
  scan: null,
  stream: null,
};

/** How a request ended. `data` of one that failed: how far it came. */
export type Reply = Readonly<
  { ok: true; data: JsonValue } | { ok: false; error: Failure; data?: JsonValue }
>;

/** A request as far as the one who sent it is concerned. */
export type Ask = Readonly<{
  ref: number;
  name: string;
  /** As it came; null when there was none. */
  id: JsonValue;
  topic: string;
  correlation: Octets | null;
  /** Monotonic ms. */
  received: number;
}>;

/** `group/batch`: one item after the other, each when the one before it has ended. */
export type Batch = Readonly<{
  /** `ref` of its request. */
  ref: number;
  items: readonly BatchItem[];
  stopOnError: boolean;
  results: readonly JsonValue[];
  /** When the next item goes, monotonic ms; null while one is on its way. */
  due: number | null;
}>;

export type BatchItem = Readonly<{ ga: GroupAddress; request: SetRequest; delayMs: number }>;

/** `device/scan`: one address after the other, so slowly that nobody notices. */
export type Scan = Readonly<{
  ref: number;
  /** area << 4 | line */
  line: number;
  from: number;
  to: number;
  /** The address that is next, or being asked. */
  device: number;
  /** When the one that is being asked was begun; null between two. */
  begun: number | null;
  due: number;
  devices: readonly JsonValue[];
  acknowledged: readonly JsonValue[];
  busy: readonly JsonValue[];
  own: JsonValue;
}>;

/** `telegrams/stream`. */
export type Stream = Readonly<{
  /** Monotonic ms. */
  until: number;
  match: string | null;
  /** In lower case; null: all. */
  services: readonly string[] | null;
  gate: Gate;
}>;
