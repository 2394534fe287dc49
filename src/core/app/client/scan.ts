import { formatIndividualAddress, IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { type Octets, toCompactHex } from "../../octets.ts";
import { type Arguments, collect, done, type Result, type Steps } from "./ask.ts";
import { maskText } from "./mask.ts";
import { check, isWithin } from "./range.ts";
import { reach } from "./session.ts";

/**
 * Which addresses of a line are in use. NM_IndividualAddress_Scan.
 * @returns `devices` with their mask; `acknowledged` who is there and says nothing more; `busy` whom another procedure is
 * talking to; `own` when we are on this line ourselves
 */
export function* scanLine(
  { line, from, to }: Arguments<"device.scan">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  const wrong = check([
    [isWithin(line, 0, 255), "A line is 0.0 … 15.15."],
    [
      isWithin(from, 0, 255) && isWithin(to, 0, 255) && from <= to,
      "A part of a line is from 0 … 255 to 0 … 255, the smaller one first.",
    ],
  ]);
  if (wrong) return wrong;
  const devices: JsonValue[] = [];
  const acknowledged: string[] = [];
  const busy: string[] = [];
  for (let device = from; device <= to; device++) {
    const peer = IndividualAddress((line << 8) | device);
    const address = formatIndividualAddress(peer);
    if (peer !== own) {
      const found = yield* reach(peer);
      if (!found.ok && found.error.code !== "busy") return found;
      if (!found.ok) busy.push(address);
      else if (found.value.there && found.value.mask === undefined) acknowledged.push(address);
      else if (found.value.there) devices.push({ address, mask: maskText(found.value.mask ?? 0) });
    }
    yield { ask: "progress", done: device - from + 1, total: to - from + 1 };
  }
  return done({
    line: `${line >> 4}.${line & 0x0f}`,
    devices,
    acknowledged,
    ...(busy.length > 0 && { busy }),
    ...(own >> 8 === line &&
      isWithin(own & 0xff, from, to) && { own: formatIndividualAddress(own) }),
  });
}

/**
 * Who is in programming mode, with serial numbers where the device knows how to tell. NM_IndividualAddress_Read; and
 * A_SystemNetworkParameter_Read of PID 11, operand 01.
 */
export function* findDevices(): Steps<Result<JsonValue>> {
  const addresses = yield* inProgrammingMode();
  if (!addresses.ok) return addresses;
  const operand = { objectType: 0, pid: 11 };
  const answers = yield* collect(
    { service: "A_SystemNetworkParameter_Read", ...operand, data: [OPERAND] },
    "A_SystemNetworkParameter_Response",
    operand,
  );
  if (!answers.ok) return answers;
  const serials = answers.value.flatMap(({ source, apdu: { data } }) =>
    data.length === 7 && data[0] === OPERAND ? [{ source, serial: serialText(data.slice(1)) }] : [],
  );
  // Devices fresh from the factory share an address: each answer belongs to one of them, in order.
  const devices = addresses.value.map((source) => {
    const index = serials.findIndex((each) => each.source === source);
    const [known] = index < 0 ? [] : serials.splice(index, 1);
    return device(source, known?.serial);
  });
  return done({
    devices: [...devices, ...serials.map(({ source, serial }) => device(source, serial))],
  });
}

/** The addresses of all that are in programming mode; one that stands twice is two devices. */
export function* inProgrammingMode(): Steps<Result<readonly IndividualAddress[]>> {
  const answers = yield* collect(
    { service: "A_IndividualAddress_Read" },
    "A_IndividualAddress_Response",
  );
  return answers.ok ? done(answers.value.map(({ source }) => source)) : answers;
}

/** `0083:12345678`: manufacturer, number. */
export const serialText = (serial: Octets): string =>
  `${toCompactHex(serial.slice(0, 2))}:${toCompactHex(serial.slice(2))}`.toUpperCase();

const device = (source: IndividualAddress, serial: string | undefined): JsonValue => ({
  address: formatIndividualAddress(source),
  ...(serial !== undefined && { serial }),
});

const OPERAND = 1;
