import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { NO_OCTETS, type Octets, sameOctets, toCompactHex, toHex } from "../../octets.ts";
import {
  type Arguments,
  type Checkpoint,
  done,
  fail,
  type Result,
  request,
  SEND_MS,
  type Session,
  type Steps,
} from "./ask.ts";
import { kindOf } from "./mask.ts";
import { levelOf, OWN_MAX_APDU, readMaxApdu, STANDARD_APDU } from "./property.ts";
import { areOctets, check, isWithin } from "./range.ts";
import { open, readMask, type Target } from "./session.ts";

/** DMP_MemRead_RCo; beyond FFFF with A_MemoryExtended_Read. */
export function* readMemory(
  procedure: Arguments<"memory.read">,
  own: IndividualAddress,
  checkpoint: Checkpoint | null,
): Steps<Result<JsonValue>> {
  const { address, length } = procedure;
  const begun = checkpoint ? done(checkpoint) : yield* begin(procedure, own, length);
  if (!begun.ok) return begun;
  const { session, most } = begun.value;
  const before = begun.value.octets;
  // Only these are put together anew in every replay.
  const fresh: number[] = [];
  for (let parts = 1; before.length + fresh.length < length; parts++) {
    const at = before.length + fresh.length;
    const number = Math.min(most, length - at);
    const part = yield* readPart(session, address + at, number, isFar(address, length));
    if (!part.ok) return part;
    fresh.push(...part.value);
    yield { ask: "progress", done: at + part.value.length, total: length };
    if (parts % CHECKPOINT_PARTS === 0)
      yield { ask: "checkpoint", at: { session, most, octets: [...before, ...fresh] } };
  }
  const octets = toCompactHex([...before, ...fresh]);
  return done({ ...levelOf(session), address, length, octets });
}

/** DMP_MemWrite_RCo: written, read back and compared, part by part. */
export function* writeMemory(
  procedure: Arguments<"memory.write">,
  own: IndividualAddress,
  checkpoint: Checkpoint | null,
  longest: number,
): Steps<Result<JsonValue>> {
  const { address, octets } = procedure;
  const { length } = octets;
  if (checkpoint === null && !areOctets(octets))
    return fail("refused", "Memory is octets, 0 … 255 each.");
  const begun = checkpoint ? done(checkpoint) : yield* begin(procedure, own, length);
  if (!begun.ok) return begun;
  const { session, most } = begun.value;
  const far = isFar(address, length);
  const each = Math.min(most, octetsIn(longestTo(procedure.peer, own, longest), far));
  let at = begun.value.octets.length;
  for (let parts = 1; at < length; parts++) {
    const part = octets.slice(at, at + each);
    const written = yield* writePart(session, address + at, part, far);
    if (!written.ok) return written;
    at += part.length;
    yield { ask: "progress", done: at, total: length };
    if (parts % CHECKPOINT_PARTS === 0)
      yield { ask: "checkpoint", at: { session, most, octets: octets.slice(0, at) } };
  }
  return done({ ...levelOf(session), address, length, octets: toCompactHex(octets) });
}

/** So many telegrams are replayed in a fraction of a millisecond, which the acknowledge of a frame on the line can wait. */
export const CHECKPOINT_PARTS = 32;

/** The connection, and how much a telegram takes. */
function* begin(
  { address, ...target }: Readonly<{ address: number }> & Target,
  own: IndividualAddress,
  length: number,
): Steps<Result<Checkpoint>> {
  const wrong = checkArea(address, length);
  if (wrong) return wrong;
  const session = yield* open(target, own);
  if (!session.ok) return session;
  const most = yield* octetsPerTelegram(session.value, address, length);
  return most.ok ? done({ session: session.value, most: most.value, octets: NO_OCTETS }) : most;
}

/**
 * At most `number` octets; a device may give fewer at a time, but not none.
 * @param far with the extended service
 */
export function* readPart(
  session: Session,
  address: number,
  number: number,
  far: boolean,
): Steps<Result<Octets>> {
  if (far) {
    const apdu = { service: "A_MemoryExtended_Read", number, address } as const;
    const answer = yield* request(session, apdu, "A_MemoryExtended_ReadResponse", { address });
    if (!answer.ok) return answer;
    const { returnCode, data } = answer.value;
    return returnCode === 0 && isWithin(data.length, 1, number)
      ? done(data)
      : refused(session, address, RETURN_CODES[returnCode]);
  }
  const apdu = { service: "A_Memory_Read", number, address } as const;
  const answer = yield* request(session, apdu, "A_Memory_Response", { address });
  if (!answer.ok) return answer;
  const { data } = answer.value;
  return isWithin(data.length, 1, number) ? done(data) : refused(session, address);
}

/**
 * A device in verify mode answers the write with what the read back asks for anyway: the same octets, and whichever answer
 * comes first is as good as the other.
 */
export function* writePart(
  session: Session,
  address: number,
  octets: Octets,
  far: boolean,
): Steps<Result<Octets>> {
  const number = octets.length;
  const written = far
    ? yield* writeExtended(session, address, octets)
    : yield {
        ask: "send",
        to: { mode: "connected", peer: session.peer },
        apdu: { service: "A_Memory_Write", number, address, data: octets },
        ms: SEND_MS,
      };
  if (!written.ok) return written;
  const stored = yield* readPart(session, address, number, far);
  if (!stored.ok) return stored;
  return sameOctets(stored.value, octets)
    ? stored
    : fail(
        "verify_failed",
        `The memory of ${formatIndividualAddress(session.peer)} at ${hexAddress(address)} is ${toHex(stored.value)} and not ${toHex(octets)} as written. It may be protected: try a key.`,
      );
}

/** Always confirmed. */
export function* writeExtended(
  session: Session,
  address: number,
  data: Octets,
): Steps<Result<unknown>> {
  const apdu = { service: "A_MemoryExtended_Write", number: data.length, address, data } as const;
  const answer = yield* request(session, apdu, "A_MemoryExtended_WriteResponse", { address });
  if (!answer.ok) return answer;
  const { returnCode } = answer.value;
  // 01: success with a checksum, which reading back makes needless
  return returnCode <= 1 ? done(null) : refused(session, address, RETURN_CODES[returnCode]);
}

/** `layers.md` D.4 */
const RETURN_CODES: Readonly<Record<number, string>> = {
  241: "memory error",
  244: "longer than its telegrams",
  248: "no data",
  249: "temporarily not available",
  250: "write only",
  251: "read only",
  252: "access denied",
  253: "no such memory",
  255: "general error",
};

/**
 * The longest APDU that gets through to a device as far as we know: what our transceiver sends on our own line. Couplers to
 * another line tell nobody on the way what they take, and those for extended frames take 55.
 */
export const longestTo = (
  peer: IndividualAddress,
  own: IndividualAddress,
  longest: number,
): number => (peer >> 8 === own >> 8 ? longest : Math.min(longest, OWN_MAX_APDU));

/** Octets of memory that fit into an APDU. */
export const octetsIn = (apdu: number, extended: boolean): number =>
  extended ? Math.min(MAX_EXTENDED, apdu - EXTENDED_HEADER) : Math.min(MAX_NUMBER, apdu - HEADER);

/** 12 octets fit into a standard frame; how many more is asked only when it matters, and only who can be asked. */
function* octetsPerTelegram(
  session: Session,
  address: number,
  length: number,
): Steps<Result<number>> {
  const far = isFar(address, length);
  const standard = octetsIn(STANDARD_APDU, far);
  if (length <= standard) return done(standard);
  const mask = yield* readMask(session);
  if (!mask.ok) return mask;
  if (!kindOf(mask.value).objects) return done(standard);
  const apdu = yield* readMaxApdu(session);
  return apdu.ok ? done(octetsIn(apdu.value, far)) : apdu;
}

const isFar = (address: number, length: number): boolean => address + length > 0x10000;

/** What of an APDU is no data: `layers.md` D.5, F5. */
export const HEADER = 3;
export const EXTENDED_HEADER = 5;
/** Six bits; and what the standard allows. */
const MAX_NUMBER = 63;
const MAX_EXTENDED = 250;

const checkArea = (address: number, length: number): Result<never> | undefined =>
  check([
    [isWithin(address, 0, 0xffffff), "A memory address is 0 … FFFFFF."],
    [isWithin(length, 1, 0x10000), "The length is 1 … 65536 octets: do more than that in parts."],
    [address + length <= 0x1000000, "There is no memory beyond FFFFFF."],
  ]);

export const refused = (
  { peer }: Session,
  address: number,
  why = "there is none, or it is protected",
): Result<never> =>
  fail(
    "refused",
    `${formatIndividualAddress(peer)} refuses its memory at ${hexAddress(address)}: ${why}.`,
  );

export const hexAddress = (address: number): string =>
  address.toString(16).toUpperCase().padStart(4, "0");
