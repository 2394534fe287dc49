import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import type { Octets } from "../../octets.ts";
import { type Arguments, broadcast, collect, done, fail, type Result, type Steps } from "./ask.ts";
import { maskText } from "./mask.ts";
import { areOctets, check } from "./range.ts";
import { restart } from "./restart.ts";
import { inProgrammingMode, serialText } from "./scan.ts";
import { open, reach, readMask } from "./session.ts";

type Address = IndividualAddress;

/** NM_IndividualAddress_Write, in the order of `device-model.md` §7.1; the device leaves programming mode by its restart. */
export function* assignByButton(
  { address }: Arguments<"address.button">,
  own: Address,
): Steps<Result<JsonValue>> {
  const used = yield* isUsed(address, own);
  if (!used.ok) return used;
  if (used.value) {
    // It may be the very device whose button is pressed.
    const pressed = yield* inProgrammingMode();
    if (!pressed.ok) return pressed;
    if (pressed.value.length !== 1 || pressed.value[0] !== address) return inUse(address);
  }
  const old = yield* waitForButton();
  if (!old.ok) return old;
  const written = yield broadcast({ service: "A_IndividualAddress_Write", address });
  if (!written.ok) return written;
  const checked = yield* checkAssigned(address, inProgrammingMode);
  if (!checked.ok) return checked;
  const session = yield* open({ peer: address }, own);
  if (!session.ok) return session;
  const mask = yield* readMask(session.value);
  if (!mask.ok) return mask;
  const restarted = yield* restart(session.value);
  if (!restarted.ok) return restarted;
  return done({ ...change(old.value, address), mask: maskText(mask.value) });
}

/** NM_IndividualAddress_SerialNumber_Write: nobody has to press anything. */
export function* assignBySerial(
  { serial, address }: Arguments<"address.serial">,
  own: Address,
): Steps<Result<JsonValue>> {
  const wrong = check([
    [serial.length === 6 && areOctets(serial), "A serial number has 6 octets: 0083:12345678."],
  ]);
  if (wrong) return wrong;
  const text = serialText(serial);
  const found = yield* withSerial(serial);
  if (!found.ok) return found;
  const [old, second] = found.value;
  if (old === undefined)
    return fail(
      "not_found",
      `No device on this bus has the serial number ${text}. Check the number, and whether the device has power.`,
    );
  if (second !== undefined)
    return fail(
      "conflict",
      `${list(found.value)} both have the serial number ${text}. Give them their addresses by button.`,
    );
  const used = yield* isUsed(address, own);
  if (!used.ok) return used;
  if (used.value && old !== address) return inUse(address);
  const write = { service: "A_IndividualAddressSerialNumber_Write", serial, address } as const;
  const written = yield broadcast(write);
  if (!written.ok) return written;
  const checked = yield* checkAssigned(address, () => withSerial(serial));
  if (!checked.ok) return checked;
  const presence = yield* reach(address);
  const mask = presence.ok && presence.value.there ? presence.value.mask : undefined;
  return done({
    ...change(old, address),
    serial: text,
    ...(mask !== undefined && { mask: maskText(mask) }),
  });
}

/** NM_IndividualAddress_SerialNumber_Read. */
function* withSerial(serial: Octets): Steps<Result<readonly Address[]>> {
  const answers = yield* collect(
    { service: "A_IndividualAddressSerialNumber_Read", serial },
    "A_IndividualAddressSerialNumber_Response",
    { serial },
  );
  return answers.ok ? done(answers.value.map(({ source }) => source)) : answers;
}

/** Whether somebody has this address. */
function* isUsed(address: Address, own: Address): Steps<Result<boolean>> {
  if (address === own) {
    const text = formatIndividualAddress(address);
    return fail("conflict", `${text} is the address of this device itself. Choose another one.`);
  }
  const presence = yield* reach(address);
  return presence.ok ? done(presence.value.there) : presence;
}

const inUse = (address: Address): Result<never> =>
  fail(
    "conflict",
    `A device has the address ${formatIndividualAddress(address)} already. Choose another one.`,
  );

/** Until exactly one device is in programming mode, for five minutes. */
function* waitForButton(): Steps<Result<Address>> {
  for (let round = 1; round <= BUTTON_ROUNDS; round++) {
    const found = yield* inProgrammingMode();
    if (!found.ok) return found;
    const [first, second] = found.value;
    if (second !== undefined)
      return fail(
        "conflict",
        `Several devices are in programming mode: ${list(found.value)}. Leave only the one that is to get the address.`,
      );
    if (first !== undefined) return done(first);
    yield { ask: "progress", done: round, total: BUTTON_ROUNDS };
  }
  return fail(
    "not_found",
    "No programming button was pressed within five minutes. Press the button of the device, so that its LED is on, and try again.",
  );
}

/** Of 3 s each. */
const BUTTON_ROUNDS = 100;

/** Asked twice: some devices are busy storing their address when they are asked first. */
function* checkAssigned(
  address: Address,
  who: () => Steps<Result<readonly Address[]>>,
): Steps<Result<null>> {
  let heard: readonly Address[] = [];
  for (let round = 0; round < 2; round++) {
    const found = yield* who();
    if (!found.ok) return found;
    if (found.value.includes(address)) return done(null);
    heard = found.value;
  }
  return heard.length === 0
    ? fail(
        "no_answer",
        `The device does not answer after it was given ${formatIndividualAddress(address)}. Look with a scan whether it has it.`,
      )
    : fail(
        "refused",
        `The device did not take ${formatIndividualAddress(address)}: it still has ${list(heard)}.`,
      );
}

const change = (old: Address, address: Address) => ({
  old: formatIndividualAddress(old),
  new: formatIndividualAddress(address),
});

const list = (addresses: readonly Address[]): string =>
  addresses.map(formatIndividualAddress).join(" and ");
