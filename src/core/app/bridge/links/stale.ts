import { NOTHING } from "../../../impulse.ts";
import { get, put, without } from "../../../table.ts";
import { type Appointment, schedule } from "../agenda.ts";
import { withoutAgain } from "../provided/again.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf, publishHeld } from "../telegrams/publish.ts";
import type { Turn } from "../turn.ts";

/** Sources that must not be silent for too long. `mqtt-interface.md` §15.2 `stale_after`. */
export const linkAppointments = (state: BridgeState, at: number): readonly Appointment[] =>
  state.config.links.flatMap(({ inward }, key) =>
    inward?.staleMs ? [{ at: at + inward.staleMs, what: "link-stale", key }] : [],
  );

/** A source has said something. */
export const heardOf = (state: BridgeState, at: number, index: number): BridgeState => {
  if (!state.config.links[index]?.inward?.staleMs) return state;
  const { features } = state;
  const heard = put(features.links.heard, index, at);
  return { ...state, features: { ...features, links: { ...features.links, heard } } };
};

/** Silent for too long: what the object had is not known any more, and nobody is answered with it. */
export const onLinkStale = (state: BridgeState, at: number, index: number): Turn => {
  const link = state.config.links[index];
  const staleMs = link?.inward?.staleMs;
  if (!link || !staleMs) return [state, NOTHING];
  const heard = get(state.features.links.heard, index);
  const left = heard === undefined ? 0 : heard + staleMs - at;
  if (left > 0) return [remind(state, at + left, index), NOTHING];
  const { ga } = link;
  const again = remind(withoutAgain(state, ga), at + staleMs, index);
  const unknown = { ...again, provided: without(again.provided, ga) };
  const held = get(unknown.held, ga);
  if (held === undefined || held.stale === "unknown") return [unknown, NOTHING];
  const aged = { ...held, stale: "unknown", session: 0 } as const;
  return unknown.broker.connected
    ? publishHeld(unknown, ga, aged, meaningOf(get(unknown.objects, ga), held.value))
    : [{ ...unknown, held: put(unknown.held, ga, aged) }, NOTHING];
};

const remind = (state: BridgeState, at: number, key: number): BridgeState => {
  const { features } = state;
  const agenda = schedule(features.agenda, { at, what: "link-stale", key });
  return { ...state, features: { ...features, agenda } };
};
