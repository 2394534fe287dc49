import * as z from "zod";
import type { LoadableIndex, StoredLoadable } from "../../core/app/device/model/model.ts";
import { type Octets, parseHex, toCompactHex } from "../../core/octets.ts";
import { sha256 } from "./files.ts";

/*
 *   knxpi-object 1 2114 9f86d081884c…     version, octets after this line, their sha256
 *   {"index":4,"state":"loaded", …}       the head: one line of JSON, so that `head -2` shows what it is
 *   octets                                of the segment, as they are; nothing when the object is not loaded
 */

/** Interface objects that have a file of their own, and what they are. `device-model.md` §1. */
export const OBJECTS = [
  { index: 1, is: "group address table" },
  { index: 2, is: "association table" },
  { index: 3, is: "group object table" },
  { index: 4, is: "application program" },
  { index: 5, is: "interface program" },
] as const satisfies readonly { index: LoadableIndex; is: string }[];

export const objectFile = (index: LoadableIndex): string => `object-${index}`;

/** @param hardwareType PID_HARDWARE_TYPE, 6 octets: what was loaded is meant for this application and no other */
export const encodeObject = (loadable: StoredLoadable, hardwareType: Octets): Uint8Array => {
  const { index, state } = loadable;
  const head =
    loadable.state !== "loaded"
      ? { index, state }
      : {
          index,
          state,
          hardwareType: toCompactHex(hardwareType),
          address: loadable.address,
          programVersion: toCompactHex(loadable.programVersion),
        };
  const content = loadable.state === "loaded" ? Uint8Array.from(loadable.octets) : new Uint8Array();
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), content]);
  return Buffer.concat([Buffer.from(`${MAGIC} ${VERSION} ${body.length} ${sha256(body)}\n`), body]);
};

export type DecodedObject = Readonly<
  | { is: "whole" | "foreign"; loadable: StoredLoadable }
  | { is: "damaged"; loadable: StoredLoadable; problem: string }
>;

/**
 * @param index that the name of the file says
 * @returns the object; `foreign` and not loaded when its content is meant for another application; `damaged` with the reason
 * when anything does not fit: it is never guessed at
 */
export const decodeObject = (
  file: Uint8Array,
  index: LoadableIndex,
  hardwareType: Octets,
): DecodedObject => {
  const damaged = (problem: string) => damagedObject(index, problem);
  const first = file.indexOf(NEWLINE);
  const [, version, length, checksum] = FIRST_LINE.exec(textOf(file.subarray(0, first))) ?? [];
  if (first < 0 || version === undefined) return damaged("it does not begin like an object");
  if (Number(version) !== VERSION)
    return damaged(`it is of version ${version}, which this program does not know`);
  const body = file.subarray(first + 1);
  if (body.length !== Number(length))
    return damaged(`it has ${body.length} octets where ${length} were written`);
  if (sha256(body) !== checksum) return damaged("its checksum does not fit");
  const second = body.indexOf(NEWLINE);
  const head = HEAD.safeParse(jsonOf(textOf(body.subarray(0, second))));
  if (second < 0 || !head.success) return damaged("its head cannot be read");
  if (head.data.index !== index) return damaged(`it is object ${head.data.index}`);
  if (head.data.state !== "loaded")
    return { is: "whole", loadable: { index, state: head.data.state } };
  const { state, address, programVersion } = head.data;
  if (head.data.hardwareType !== toCompactHex(hardwareType))
    return { is: "foreign", loadable: { index, state: "unloaded" } };
  const octets = Array.from(body.subarray(second + 1));
  return { is: "whole", loadable: { index, state, address, octets, programVersion } };
};

export const damagedObject = (index: LoadableIndex, problem: string): DecodedObject => ({
  is: "damaged",
  loadable: { index, state: "damaged" },
  problem,
});

const MAGIC = "knxpi-object";
const VERSION = 1;
const NEWLINE = 0x0a;
const FIRST_LINE = /^knxpi-object (\d{1,5}) (\d{1,9}) ([0-9a-f]{64})$/;

const index = z.literal(OBJECTS.map((object) => object.index));

const HEAD = z.discriminatedUnion("state", [
  z.strictObject({
    index,
    state: z.literal("loaded"),
    hardwareType: z.string(),
    /** Address spaces of the memory services have at most 24 bits. */
    address: z.int().min(0).max(0xff_ffff),
    programVersion: z.string().transform((text, context): Octets => {
      const octets = parseHex(text);
      if (octets !== undefined) return octets;
      context.addIssue({ code: "custom", message: "no octets" });
      return z.NEVER;
    }),
  }),
  z.strictObject({ index, state: z.enum(["unloaded", "loading", "error", "damaged"]) }),
]);

const textOf = (octets: Uint8Array): string => new TextDecoder().decode(octets);

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
