import type { Octets } from "../core/octets.ts";
import { word } from "./frame.ts";
import type { Model } from "./model.ts";

/*
 * A_Memory_*, A_UserMemory_*, A_MemoryExtended_*.  `layers.md` D.5. Each takes the whole APDU and gives the one that answers
 * it; nothing when there is no answer.
 */

/** b1 number(6)  b2–3 address. A refusal has number 0, keeps the address, and has no data. */
export const readMemory = (model: Model, apdu: Octets): Octets | undefined => {
  const number = (apdu[1] ?? 0) & 0x3f;
  if (apdu.length !== 4 || number === 0) return undefined;
  const data =
    number > model.maxApduLength - 3 ? undefined : model.memory.read(word(apdu, 2), number);
  return memoryResponse(apdu, data);
};

/** Answered in verify mode only, with what is stored afterwards. */
export const writeMemory = (model: Model, apdu: Octets): Octets | undefined => {
  const number = (apdu[1] ?? 0) & 0x3f;
  if (apdu.length < 4 || number > model.maxApduLength - 3) return undefined;
  const address = word(apdu, 2);
  const data = apdu.slice(4);
  const isWritten =
    number > 0 && data.length === number && model.memory.write(address, data) === "ok";
  if (!isVerifying(model)) return undefined;
  return memoryResponse(apdu, isWritten ? model.memory.read(address, number) : undefined);
};

/** b2 address bits 19…16, number(4)  b3–4 address. */
export const readUserMemory = (model: Model, apdu: Octets): Octets | undefined => {
  const { number, address } = userHead(apdu);
  if (apdu.length !== 5 || number === 0) return undefined;
  const data = number > model.maxApduLength - 4 ? undefined : model.memory.read(address, number);
  return userMemoryResponse(apdu, data);
};

export const writeUserMemory = (model: Model, apdu: Octets): Octets | undefined => {
  const { number, address } = userHead(apdu);
  if (apdu.length < 5 || number > model.maxApduLength - 4) return undefined;
  const data = apdu.slice(5);
  const isWritten =
    number > 0 && data.length === number && model.memory.write(address, data) === "ok";
  if (!isVerifying(model)) return undefined;
  return userMemoryResponse(apdu, isWritten ? model.memory.read(address, number) : undefined);
};

/** b2 number  b3–5 address; the answer has a return code instead of the number. */
export const readExtendedMemory = (model: Model, apdu: Octets): Octets | undefined => {
  const [, , number = 0] = apdu;
  if (apdu.length !== 6 || number === 0) return undefined;
  if (number > model.maxApduLength - 5) return extendedResponse(READ, apdu, TOO_LONG);
  const data = model.memory.read(extendedAddress(apdu), number);
  return extendedResponse(READ, apdu, data === undefined ? ADDRESS_VOID : SUCCESS, data);
};

/** Always answered. */
export const writeExtendedMemory = (model: Model, apdu: Octets): Octets | undefined => {
  const [, , number = 0] = apdu;
  if (apdu.length < 6 || number === 0) return undefined;
  const data = apdu.slice(6);
  if (number > model.maxApduLength - 5) return extendedResponse(WRITE, apdu, TOO_LONG);
  if (data.length !== number) return undefined;
  const outcome = model.memory.write(extendedAddress(apdu), data);
  return extendedResponse(WRITE, apdu, OUTCOMES[outcome]);
};

const isVerifying = ({ live }: Model): boolean => (live.deviceControl & 0x04) !== 0;

const memoryResponse = (apdu: Octets, data: Octets = []): Octets => [
  0x02,
  0x40 | data.length,
  ...apdu.slice(2, 4),
  ...data,
];

const userHead = (apdu: Octets): { number: number; address: number } => {
  const [, , head = 0] = apdu;
  return { number: head & 0x0f, address: ((head >> 4) << 16) | word(apdu, 3) };
};

const userMemoryResponse = (apdu: Octets, data: Octets = []): Octets => [
  0x02,
  0xc1,
  ((apdu[2] ?? 0) & 0xf0) | data.length,
  ...apdu.slice(3, 5),
  ...data,
];

const extendedAddress = (apdu: Octets): number => ((apdu[3] ?? 0) << 16) | word(apdu, 4);

const extendedResponse = (
  service: number,
  apdu: Octets,
  returnCode: number,
  data: Octets = [],
): Octets => [0x01, service, returnCode, ...apdu.slice(3, 6), ...data];

const READ = 0xfe;
const WRITE = 0xfc;

const SUCCESS = 0x00;
const TOO_LONG = 0xf4;
const READ_ONLY = 0xfb;
const ADDRESS_VOID = 0xfd;
const OUTCOMES = { ok: SUCCESS, missing: ADDRESS_VOID, protected: READ_ONLY } as const;
