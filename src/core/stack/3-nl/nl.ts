import type { IndividualAddress } from "../../address.ts";
import type { NlConfig } from "../../config.ts";
import type { Effect } from "../../effect.ts";
import type { Impulse, NlImpulse, Step } from "../../impulse.ts";
import { never } from "../../never.ts";

/** Network layer of an end device: is the frame for us, and how far may ours travel. */
export type NlState = Readonly<{ config: NlConfig; address: IndividualAddress }>;

/** @param address our own: point-to-point frames to any other end here */
export const openNl = (config: NlConfig, address: IndividualAddress): NlState => ({
  config,
  address,
});

/**
 * Frames up: to everybody, to a group, to us; point-to-point frames for others end here, so that no layer above answers for
 * somebody else. An end device refuses no frame because of its hop count.
 * @see KNX 03.03.03 Network Layer; `layers.md` A.2, A.4
 */
export const nl = (state: NlState, impulse: NlImpulse): Step<NlState> => {
  switch (impulse.type) {
    case "L_Data.ind":
      return [state, [onFrame(state, impulse)]];
    case "L_Data.con": {
      const { frame, ref, outcome, repeats, at } = impulse;
      const { destination, priority, tpdu } = frame;
      const con = { destination, priority, tpdu, ref, outcome, repeats, at };
      return [state, [{ for: "tl", type: "N_Data.con", ...con }]];
    }
    case "N_Data.req": {
      const { destination, priority, tpdu, ref, at } = impulse;
      const frame = { destination, priority, hops: state.config.hops, tpdu };
      return [state, [{ for: "dl", type: "L_Data.req", frame, ref, at }]];
    }
    case "configure.req": {
      const { address, hops = state.config.hops } = impulse;
      return [{ ...state, address, config: { ...state.config, hops } }, []];
    }
    default:
      return never(impulse);
  }
};

const onFrame = (
  state: NlState,
  indication: Extract<NlImpulse, { type: "L_Data.ind" }>,
): Impulse | Effect => {
  const { destination, tpdu, source, priority, hops, repeated, at } = indication;
  const reception = { source, priority, hops, repeated, at };
  if (destination.to === "group")
    return destination.address === 0
      ? { for: "tl", type: "N_Data_Broadcast.ind", tpdu, ...reception }
      : {
          for: "tl",
          type: "N_Data_Group.ind",
          destination: destination.address,
          tpdu,
          source,
          priority,
          hops,
          repeated,
          at,
        };
  return destination.address === state.address
    ? { for: "tl", type: "N_Data_Individual.ind", tpdu, ...reception }
    : { for: "drops", type: "drop", reason: "nl.not-addressed", octets: tpdu };
};
