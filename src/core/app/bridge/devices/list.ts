import { formatIndividualAddress, IndividualAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import { isoTime } from "../../../iso-time.ts";
import { entries } from "../../../table.ts";
import { answer, done } from "../requests/answer.ts";
import type { Take } from "../requests/parameters.ts";
import type { BridgeState } from "../state.ts";
import { deviceDocument } from "./seen.ts";

/** Who was heard: with `devices.topics` every device, otherwise those whose values are held. */
export const listDevices: Take = (state, at, ask) =>
  answer(state, at, ask, done(state.config.devices.topics ? watched(state) : senders(state)));

const watched = (state: BridgeState): readonly JsonValue[] =>
  [...entries(state.features.devices.seen)].map(([key, seen]) =>
    deviceDocument(state, IndividualAddress(key), seen),
  );

const senders = ({ held, config }: BridgeState): readonly JsonValue[] => {
  const last = new Map<IndividualAddress, number>();
  for (const [, { source, ts, origin }] of entries(held))
    if ((origin === "bus" || origin === "restored") && source !== config.address)
      last.set(source, Math.max(last.get(source) ?? 0, ts));
  return [...last]
    .sort(([a], [b]) => a - b)
    .map(([source, ts]) => ({ ia: formatIndividualAddress(source), last_seen: isoTime(ts) }));
};
