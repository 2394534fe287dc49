import type { IndividualAddress } from "../../address.ts";
import type { ClientImpulse } from "../../app-impulse.ts";
import type { Effect } from "../../effect.ts";
import type { Impulse, Step } from "../../impulse.ts";
import { NO_OCTETS } from "../../octets.ts";
import { type ClientState, cancel, needsTelegrams, start, tell } from "./engine.ts";
import { OWN_MAX_APDU } from "./property.ts";

export type { ClientState };

/**
 * @param address our own: no procedure talks to it
 * @param longest APDU that our transceiver sends
 */
export const openClient = (
  address: IndividualAddress,
  longest: number = OWN_MAX_APDU,
): ClientState => ({
  address,
  longest,
  watching: false,
  streaming: false,
  ref: 0,
  tasks: [],
});

/**
 * What we ask other devices: management procedures for those on the control socket, and every telegram for those who watch.
 *
 *   procedure.req ─▶ engine.ts ─▶ perform.ts ─▶ info.ts, scan.ts, …    what is to be asked, step by step
 *                       │  ▲
 *                       ▼  └── waiting.ts                              what came of it
 *              T_Connect.req, apdu.req, A_GroupValue_….req ─▶ bus
 *
 * @see KNX 03.05.02 Management Procedures
 */
export const client = (state: ClientState, impulse: ClientImpulse): Step<ClientState> => {
  const [after, out] = step(state, impulse);
  const wanted = wantsTelegrams(after);
  if (wanted === wantsTelegrams(state)) return [after, out];
  const request: Impulse = { for: "dl", type: "watch.req", on: wanted };
  // Before the question that is to be answered, after the last answer.
  return [after, wanted ? [request, ...out] : [...out, request]];
};

const wantsTelegrams = (state: ClientState): boolean =>
  state.watching || state.streaming || needsTelegrams(state);

const step = (state: ClientState, impulse: ClientImpulse): Step<ClientState> => {
  switch (impulse.type) {
    case "procedure.req":
      return start(state, impulse);
    case "cancel.req":
      return cancel(state, impulse.id, impulse.at);
    case "watch.req":
      return [state.watching === impulse.on ? state : { ...state, watching: impulse.on }, []];
    case "stream.req":
      return [state.streaming === impulse.on ? state : { ...state, streaming: impulse.on }, []];
    case "telegram.ind": {
      const [after, out] = tell(state, impulse).turn;
      const { octets, own, at } = impulse;
      const seen: (Impulse | Effect)[] = [];
      if (state.watching) seen.push({ for: "control", type: "telegram", octets, own, at });
      if (state.streaming) seen.push({ for: "bridge", type: "frame.ind", octets, own, at });
      return [after, seen.length > 0 ? [...seen, ...out] : out];
    }
    case "apdu.ind": {
      const { turn, taken } = tell(state, impulse);
      return taken ? turn : [state, [UNASKED]];
    }
    case "configure.req":
      return [{ ...state, address: impulse.address }, []];
    default:
      return tell(state, impulse).turn;
  }
};

/** Too late, or never asked for. */
const UNASKED: Effect = {
  for: "drops",
  type: "drop",
  reason: "al.response",
  octets: NO_OCTETS,
};
