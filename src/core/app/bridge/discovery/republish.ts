import { get } from "../../../table.ts";
import { withLedger } from "../ledger/state.ts";
import { matches } from "../requests/parameters.ts";
import type { BridgeState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { groupsOf } from "./groups.ts";

/**
 * Somebody wants to see what Home Assistant was told once more: the devices with an object that fits.
 * @param match a pattern of group addresses, or part of a name; null: everything
 * @returns undefined when discovery is off
 */
export const republishDevices = (
  state: BridgeState,
  at: number,
  match: string | null,
): Readonly<{ turn: Turn; count: number }> | undefined => {
  const { config, objects, features } = state;
  if (!config.discovery.enabled) return undefined;
  const { survey, devices, next } = features.ledger;
  const groups = survey.groups ?? groupsOf({ config, objects, names: features.names });
  const isMeant = (index: number): boolean =>
    match === null ||
    (groups[index]?.objects ?? []).some((ga) => matches(match, ga, get(objects, ga)));
  const again = Object.entries(survey.wanted).filter(([, { group }]) => isMeant(group));
  const anew = again.flatMap(([topic]) => {
    const device = devices[topic];
    return device === undefined ? [] : [[topic, { ...device, hash: null }] as const];
  });
  // Before the first look everything is told anyway.
  const count =
    survey.groups === null ? groups.filter((_, index) => isMeant(index)).length : again.length;
  const told = withLedger(state, {
    devices: { ...devices, ...Object.fromEntries(anew) },
    steps: null,
    next: next ?? at,
  });
  return { turn: [told, []], count };
};
