import type { DeviceImpulse } from "../../app-impulse.ts";
import type { DropReason } from "../../drop.ts";
import type { Effect, Note } from "../../effect.ts";
import type { Impulse, Partner } from "../../impulse.ts";
import { type Apdu, encodeApdu } from "../../stack/7-al/apdu.ts";

/** A service that arrived at the device. */
export type ApduIndication = Extract<DeviceImpulse, { type: "apdu.ind" }>;

/** An answer goes back the way the request came, to who sent it, with its priority. */
export const answer = (request: ApduIndication, apdu: Apdu): Impulse => {
  const { priority, at } = request;
  return { for: "al", type: "apdu.req", to: partnerOf(request), apdu, priority, ref: 0, at };
};

/** Who sent a request, and how an answer reaches them. */
export const partnerOf = ({ mode, source }: ApduIndication): Partner =>
  mode === "broadcast" ? { mode } : { mode, peer: source };

/** No answer, counted. */
export const silence = ({ apdu }: ApduIndication, reason: DropReason): Effect => ({
  for: "drops",
  type: "drop",
  reason,
  octets: encodeApdu(apdu),
});

/**
 * What the answer promises is on the disk before it; what nobody on the line waits for comes after it.
 */
export const answering = (
  caused: readonly (Impulse | Effect)[],
  response: Impulse,
): readonly (Impulse | Effect)[] => [
  ...caused.filter((item) => item.for === "store"),
  response,
  ...caused.filter((item) => item.for !== "store"),
];

/** For the operator. */
export const note = (message: string, fields: Note["fields"] = {}): Effect => ({
  for: "log",
  type: "note",
  note: { level: "info", layer: "device", message, fields },
});
