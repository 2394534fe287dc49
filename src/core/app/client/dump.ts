import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { NO_OCTETS, type Octets, toCompactHex } from "../../octets.ts";
import {
  type Arguments,
  type Checkpoint,
  type DumpState,
  done,
  fail,
  type Result,
  type Session,
  type Steps,
} from "./ask.ts";
import type { Dump, DumpedObject, Identity, Loadable } from "./image.ts";
import { LOAD_STATES, LOADED, place, readLoadState, readReference } from "./load.ts";
import { isSystemB, kindOf, maskText } from "./mask.ts";
import { CHECKPOINT_PARTS, EXTENDED_HEADER, HEADER, readPart } from "./memory.ts";
import { persist } from "./persist.ts";
import { readMaxApdu, readOnce } from "./property.ts";
import { open, readMask, type Target } from "./session.ts";
import { readStamp } from "./stamp.ts";

/**
 * Everything of a device of System B that can be read back. First what it says of itself and its objects, then the segments.
 * @returns a document that `device.restore` takes
 */
export function* dumpDevice(
  procedure: Arguments<"device.dump">,
  own: IndividualAddress,
  checkpoint: Checkpoint | null,
): Steps<Result<JsonValue>> {
  const begun = checkpoint?.dump
    ? done({ ...checkpoint, dump: checkpoint.dump })
    : yield* begin(procedure, own);
  if (!begun.ok) return begun;
  const { session, most } = begun.value;
  const { lengths } = begun.value.dump;
  let { document } = begun.value.dump;
  let { octets } = begun.value;
  for (const [at, object] of document.objects.entries()) {
    const length = lengths[at] ?? 0;
    if (length === 0 || object.octets !== null) continue;
    const content = yield* readContent(
      procedure,
      { session, most, octets, dump: { document, lengths } },
      at,
    );
    if (!content.ok) return content;
    octets = NO_OCTETS;
    document = withContent(document, at, content.value);
    yield { ask: "checkpoint", at: { session, most, octets, dump: { document, lengths } } };
  }
  return done({ address: formatIndividualAddress(session.peer), ...documentOf(document) });
}

const withContent = (document: Dump, at: number, octets: Octets): Dump => ({
  ...document,
  objects: document.objects.map((object, index) => (index === at ? { ...object, octets } : object)),
});

type Begun = Checkpoint & Readonly<{ dump: DumpState }>;

function* begin(target: Arguments<"device.dump">, own: IndividualAddress): Steps<Result<Begun>> {
  const opened = yield* open(target, own);
  if (!opened.ok) return opened;
  const session = opened.value;
  const mask = yield* readMask(session);
  if (!mask.ok) return mask;
  if (!isSystemB(mask.value))
    return fail(
      "refused",
      `${formatIndividualAddress(session.peer)} has mask ${maskText(mask.value)} (${kindOf(mask.value).name}): only devices of System B can be dumped.`,
    );
  const length = yield* readMaxApdu(session);
  if (!length.ok) return length;
  const identity = yield* persist(target, () => readIdentity(session, mask.value));
  if (!identity.ok) return identity;
  const properties = yield* persist(target, () => readSettings(session));
  if (!properties.ok) return properties;
  const objects: DumpedObject[] = [];
  const lengths: number[] = [];
  for (const index of OBJECTS) {
    const head = yield* persist(target, () => readHead(session, index));
    if (!head.ok) return head;
    if (head.value === null) continue;
    objects.push(head.value.object);
    lengths.push(head.value.length);
  }
  const most =
    length.value -
    (lengths.some((_, at) => isFar(objects[at], lengths[at])) ? EXTENDED_HEADER : HEADER);
  const document: Dump = {
    version: 1,
    identity: identity.value,
    properties: properties.value,
    objects,
  };
  const begun: Begun = {
    session,
    most: Math.min(MAX_NUMBER, most),
    octets: NO_OCTETS,
    dump: { document, lengths },
  };
  yield { ask: "checkpoint", at: begun };
  return done(begun);
}

const OBJECTS: readonly Loadable[] = [1, 2, 3, 4, 5];
/** Six bits in A_Memory_Read. */
const MAX_NUMBER = 63;

const isFar = (object: DumpedObject | undefined, length = 0): boolean =>
  (object?.address ?? 0) + length > 0x10000;

function* readIdentity(session: Session, mask: number): Steps<Result<Identity>> {
  const serial = yield* readOnce(session, place(0, 11));
  if (!serial.ok) return serial;
  const manufacturer = yield* readOnce(session, place(0, 12));
  if (!manufacturer.ok) return manufacturer;
  const orderInfo = yield* optional(session, 0, 15);
  if (!orderInfo.ok) return orderInfo;
  const hardwareType = yield* optional(session, 0, 78);
  if (!hardwareType.ok) return hardwareType;
  const version = yield* optional(session, 0, 25);
  if (!version.ok) return version;
  const [high = 0, low = 0] = manufacturer.value;
  return done({
    mask,
    serial: serial.value,
    manufacturer: (high << 8) | low,
    orderInfo: orderInfo.value,
    hardwareType: hardwareType.value,
    version: version.value,
  });
}

function* readSettings(session: Session): Steps<Result<Dump["properties"]>> {
  const properties: { object: number; pid: number; octets: Octets }[] = [];
  for (const pid of SETTINGS) {
    const octets = yield* optional(session, 0, pid);
    if (!octets.ok) return octets;
    if (octets.value !== null) properties.push({ object: 0, pid, octets: octets.value });
  }
  return done(properties);
}

/** PID_ROUTING_COUNT, PID_MAX_RETRY_COUNT, and the limits of group telegrams. `device-model.md` §8 */
const SETTINGS: readonly number[] = [51, 52, 85, 86];

type Head = Readonly<{
  object: DumpedObject /** Octets of its segment, 0: unknown or none. */;
  length: number;
}>;

/** @returns null when there is no such object */
function* readHead(session: Session, index: Loadable): Steps<Result<Head | null>> {
  const state = yield* readLoadState(session, index);
  if (!state.ok) return state.error.code === "refused" ? done(null) : state;
  const isProgram = index > 3;
  const programVersion = isProgram ? yield* optional(session, index, 13) : done(null);
  if (!programVersion.ok) return programVersion;
  const peiType = isProgram ? yield* optional(session, index, 16) : done(null);
  if (!peiType.ok) return peiType;
  const object: DumpedObject = {
    index,
    loadState: state.value,
    address: 0,
    octets: null,
    stamp: null,
    programVersion: programVersion.value,
    peiType: peiType.value?.[0] ?? null,
  };
  if (state.value !== LOADED) return done({ object, length: 0 });
  const address = yield* readReference(session, index);
  if (!address.ok) return address;
  const stamp = yield* optional(session, index, 27);
  if (!stamp.ok) return stamp;
  const length = yield* lengthOf(session, index, address.value, stamp.value);
  if (!length.ok) return length;
  return done({
    object: { ...object, address: address.value, stamp: stamp.value },
    length: length.value,
  });
}

/** As the device has it in PID_MCB_TABLE; without that a table tells by its count, and a program does not tell. */
function* lengthOf(
  session: Session,
  index: Loadable,
  address: number,
  stamp: Octets | null,
): Steps<Result<number>> {
  const first = stamp && readStamp(stamp);
  if (!first)
    return index > 3 || address === 0 ? done(0) : yield* tableLength(session, index, address);
  if (index <= 3) return done(first.size);
  const count = yield* readOnce(session, { object: index, pid: 27, start: 0, count: 1 });
  if (!count.ok) return count.error.code === "refused" ? done(first.size) : count;
  const [high = 0, low = 0] = count.value;
  let size = first.size;
  for (let start = 2; start <= Math.min(MAX_PARTS, (high << 8) | low); start++) {
    const part = yield* readOnce(session, { object: index, pid: 27, start, count: 1 });
    if (!part.ok) return part;
    size += readStamp(part.value)?.size ?? 0;
  }
  return done(size);
}

/** Programs have been seen with 4. `device-model.md` §3.3 */
const MAX_PARTS = 15;

function* tableLength(session: Session, index: Loadable, address: number): Steps<Result<number>> {
  const count = yield* readPart(session, address, 2, address + 2 > 0x10000);
  if (!count.ok) return count;
  const [high = 0, low = 0] = count.value;
  return done(2 + ((high << 8) | low) * (index === 2 ? 4 : 2));
}

/** @returns null when the device does not have it */
function* optional(session: Session, object: number, pid: number): Steps<Result<Octets | null>> {
  const octets = yield* readOnce(session, place(object, pid));
  return octets.ok || octets.error.code !== "refused" ? octets : done(null);
}

/** The segment of one object, from what is read of it on. */
function* readContent(target: Target, from: Begun, at: number): Steps<Result<Octets>> {
  const { session, most, octets: before } = from;
  const { document, lengths } = from.dump;
  const object = document.objects[at];
  const length = lengths[at] ?? 0;
  if (object === undefined) return done(NO_OCTETS);
  const sum = (end: number): number => lengths.slice(0, end).reduce((a, b) => a + b, 0);
  const fresh: number[] = [];
  for (let parts = 1; before.length + fresh.length < length; parts++) {
    const index = before.length + fresh.length;
    const number = Math.min(most, length - index);
    const far = isFar(object, length);
    const part = yield* persist(target, () =>
      readPart(session, object.address + index, number, far),
    );
    if (!part.ok) return part;
    fresh.push(...part.value);
    const read = sum(at) + before.length + fresh.length;
    yield { ask: "progress", done: read, total: sum(lengths.length) };
    if (parts % CHECKPOINT_PARTS === 0)
      yield { ask: "checkpoint", at: { ...from, octets: [...before, ...fresh] } };
  }
  return done([...before, ...fresh]);
}

/** As it is written into a file: octets, addresses and words in hex. */
const documentOf = ({ identity, properties, objects }: Dump) => ({
  format: "knxpi device dump",
  version: 1,
  identity: {
    mask: maskText(identity.mask),
    serial: toCompactHex(identity.serial),
    manufacturer: maskText(identity.manufacturer),
    orderInfo: hexOrNull(identity.orderInfo),
    hardwareType: hexOrNull(identity.hardwareType),
    version: hexOrNull(identity.version),
  },
  properties: properties.map((each) => ({ ...each, octets: toCompactHex(each.octets) })),
  objects: objects.map((object) => ({
    index: object.index,
    loadState: LOAD_STATES[object.loadState] ?? String(object.loadState),
    address: object.address.toString(16).toUpperCase().padStart(4, "0"),
    octets: hexOrNull(object.octets),
    stamp: hexOrNull(object.stamp),
    programVersion: hexOrNull(object.programVersion),
    peiType: object.peiType,
  })),
});

const hexOrNull = (octets: Octets | null): string | null => octets && toCompactHex(octets);
