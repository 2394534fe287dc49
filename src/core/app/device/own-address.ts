import { formatIndividualAddress } from "../../address.ts";
import type { Effect } from "../../effect.ts";
import type { Step } from "../../impulse.ts";
import type { DeviceState } from "./state.ts";

/**
 * Somebody else sends with our address. PID_DEVICE_CONTROL says so until the restart, the log at the first frame and then once
 * an hour, because two devices that work with one address do it all day.
 * @param at of the frame
 * @see `device-model.md` §2.4, PID 14 bit 1
 */
export const onOwnAddress = (state: DeviceState, at: number): Step<DeviceState> => {
  const { conflict, model, record } = state;
  const isNews = conflict === null || at - conflict.notedAt >= NOTE_EVERY_MS;
  const after = {
    ...state,
    model: { ...model, control: model.control | OWN_ADDRESS_SEEN },
    conflict: { seenAt: at, notedAt: isNews ? at : conflict.notedAt },
  };
  return [after, isNews ? [noteOf(formatIndividualAddress(record.address))] : []];
};

const OWN_ADDRESS_SEEN = 0b10;
const NOTE_EVERY_MS = 3_600_000;

const noteOf = (address: string): Effect => ({
  for: "log",
  type: "note",
  note: { level: "warn", layer: "device", message: ANOTHER, fields: { address } },
});

const ANOTHER = "another device has our address: give one of them another one";
