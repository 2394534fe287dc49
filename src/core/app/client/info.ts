import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { type Octets, toCompactHex } from "../../octets.ts";
import { type Arguments, done, type Result, request, type Session, type Steps } from "./ask.ts";
import { kindOf, maskText, mediumOf } from "./mask.ts";
import { readPart } from "./memory.ts";
import { isOn } from "./programming-mode.ts";
import { levelOf, readOnce } from "./property.ts";
import { serialText } from "./scan.ts";
import { connect, inEitherMode, open, readMask, type Target } from "./session.ts";

type Info = { readonly [key: string]: JsonValue };

/**
 * Whatever the device tells. What it does not have, or does not tell, is left out; what the bus swallows is a failure.
 * @see `device-model.md` §2.4, §2.5, §7.2 (device info dialog)
 */
export function* readInfo(
  procedure: Arguments<"device.info">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  return yield* inEitherMode(procedure, own, function* (session) {
    const mask = yield* readMask(session);
    if (!mask.ok) return mask;
    const kind = kindOf(mask.value);
    const medium = mediumOf(mask.value);
    const ask: Asking = { target: procedure, own, session };
    const parts = [
      ...(kind.objects ? [fromDeviceObject, fromObjects] : []),
      ...(kind.fixedMemory ? [fromMemory] : []),
      (asking: Asking) => programmingMode(asking, mask.value),
      busVoltage,
    ];
    let info: Info = {
      address: formatIndividualAddress(session.peer),
      mask: maskText(mask.value),
      system: kind.name,
      ...(medium !== undefined && { medium }),
      ...levelOf(session),
    };
    for (const [index, part] of parts.entries()) {
      const told = yield* part(ask);
      if (!told.ok) return told;
      // What a property says goes before what stands at a place of the memory.
      info = { ...info, ...told.value, ...info };
      yield { ask: "progress", done: index + 1, total: parts.length };
    }
    return done(info);
  });
}

type Asking = Readonly<{ target: Target; own: IndividualAddress; session: Session }>;
type Part = Steps<Result<Info>>;

type Row = readonly [name: string, pid: number, read: (octets: Octets) => JsonValue | undefined];

function* fromDeviceObject(asking: Asking): Part {
  let info: Info = {};
  for (const [name, pid, read] of DEVICE_OBJECT) {
    const octets = yield* optional(asking, 0, pid);
    if (!octets.ok) return octets;
    const value = octets.value === null ? undefined : read(octets.value);
    if (value !== undefined) info = { ...info, [name]: value };
  }
  return done(info);
}

const number = (octets: Octets): number | undefined =>
  octets.length === 0 ? undefined : [...octets].reduce((sum, octet) => sum * 256 + octet, 0);

const order = (octets: Octets): JsonValue => {
  const text = String.fromCharCode(...octets).replace(/[\0 ]+$/, "");
  return { hex: toCompactHex(octets), ...(/^[\x20-\x7e]+$/.test(text) && { text }) };
};

// biome-ignore format: read by column
const DEVICE_OBJECT: readonly Row[] = [
  ["manufacturer",     12, number],
  ["serial",           11, (octets) => (octets.length === 6 ? serialText(octets) : undefined)],
  ["orderInfo",        15, order],
  ["hardwareType",     78, toCompactHex],
  ["firmwareRevision",  9, number],
  ["version",          25, toCompactHex],
  ["maxApduLength",    56, number],
  ["peiType",          16, number],
];

/** Objects 1 … 5 with their load states; the application program is among them, at 4 on System B and at 3 before. */
function* fromObjects(asking: Asking): Part {
  const objects: JsonValue[] = [];
  let program: Info = {};
  for (let index = 1; index <= 5; index++) {
    const type = yield* optional(asking, index, 1);
    if (!type.ok) return type;
    if (type.value === null) break;
    const objectType = number(type.value) ?? 0;
    const state = yield* optional(asking, index, 5);
    if (!state.ok) return state;
    const word = state.value === null ? undefined : LOAD_STATES[state.value[0] ?? -1];
    objects.push({ index, type: objectType, ...(word !== undefined && { loadState: word }) });
    if (objectType !== APPLICATION_PROGRAM) continue;
    const version = yield* optional(asking, index, 13);
    if (!version.ok) return version;
    if (version.value !== null) program = { program: programText(version.value) };
  }
  return done({ ...program, ...(objects.length > 0 && { objects }) });
}

const APPLICATION_PROGRAM = 3;

/** `device-model.md` §3.1 */
const LOAD_STATES: Readonly<Record<number, string>> = {
  0: "unloaded",
  1: "loaded",
  2: "loading",
  3: "error",
  4: "unloading",
  5: "load completed",
};

/** PID_PROGRAM_VERSION: manufacturer (2), application number (2), version (1) in two nibbles. */
const programText = (octets: Octets): JsonValue => {
  const [m1 = 0, m2 = 0, a1 = 0, a2 = 0, version = 0] = octets;
  const hex = toCompactHex(octets);
  if (octets.length !== 5) return { hex };
  return {
    hex,
    manufacturer: (m1 << 8) | m2,
    application: toCompactHex([a1, a2]).toUpperCase(),
    version: `${version >> 4}.${version & 0x0f}`,
  };
};

/** Bus coupling units keep at fixed places what later devices have as properties. */
function* fromMemory(asking: Asking): Part {
  const { target, own } = asking;
  const session = yield* open(target, own);
  if (!session.ok) return session;
  const octets = yield* readPart(session.value, 0x0104, 6, false);
  if (!octets.ok) return octets.error.code === "refused" ? done({}) : octets;
  const [manufacturer, a1, a2, version, , peiType] = octets.value;
  if (manufacturer === undefined || a1 === undefined || a2 === undefined || version === undefined)
    return done({});
  return done({
    manufacturer,
    program: {
      hex: toCompactHex([a1, a2, version]),
      application: toCompactHex([a1, a2]).toUpperCase(),
      version: `${version >> 4}.${version & 0x0f}`,
    },
    ...(peiType !== undefined && { peiType }),
  });
}

function* programmingMode({ session }: Asking, mask: number): Part {
  const on = yield* isOn(session, mask);
  if (on.ok) return done({ programmingMode: on.value });
  if (!isSilence(on)) return on;
  // Silence is the end of a connection, and what follows needs one.
  if (on.error.code !== "refused") yield { ask: "disconnect", peer: session.peer };
  return done({});
}

/** ADC channel 1, 8 samples, as the engineering tool asks for it: what it says is left as it is. */
function* busVoltage({ session: { peer } }: Asking): Part {
  const connected = yield* connect(peer);
  if (!connected.ok) return isSilence(connected) ? done({}) : connected;
  const question = { service: "A_ADC_Read", channel: 1, count: 8 } as const;
  const session: Session = { peer, mode: "connected" };
  const answer = yield* request(session, question, "A_ADC_Response", { channel: 1 });
  if (!answer.ok) return isSilence(answer) ? done({}) : answer;
  const { count, sum } = answer.value;
  return done(count === 0 ? {} : { busVoltage: { samples: count, sum } });
}

/**
 * One element of a property, or null when the device has none. Silence ends a connection, so there is a new one for what is
 * asked next.
 */
function* optional(
  { target, own, session }: Asking,
  object: number,
  pid: number,
): Steps<Result<Octets | null>> {
  const octets = yield* readOnce(session, { object, pid, start: 1, count: 1 });
  if (octets.ok) return octets;
  if (!isSilence(octets)) return octets;
  if (session.mode === "connected" && octets.error.code !== "refused") {
    yield { ask: "disconnect", peer: session.peer };
    const again = yield* open(target, own);
    if (!again.ok) return again;
  }
  return done(null);
}

/** It is there, but does not tell. */
const isSilence = (result: Result<unknown>): boolean =>
  !result.ok && SILENCE.has(result.error.code);

const SILENCE: ReadonlySet<string> = new Set(["refused", "no_answer", "disconnected"]);
