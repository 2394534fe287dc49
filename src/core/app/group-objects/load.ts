import { BROADCAST } from "../../address.ts";
import type { ObjectLink, ObjectsImpulse } from "../../app-impulse.ts";
import type { DropReason } from "../../drop.ts";
import type { Effect } from "../../effect.ts";
import { groupSet } from "../../group-set.ts";
import { type Impulse, NOTHING } from "../../impulse.ts";
import { NO_OCTETS } from "../../octets.ts";
import { type Image, octetsOf, readImage } from "../device/model/image.ts";
import { Asap } from "./access-point.ts";
import { acknowledged } from "./configure.ts";
import { findInitial, INITIAL_READ_MS, startTimer, stopTimer } from "./initial-reads.ts";
import { type ObjectsState, openObjects, type Turn } from "./state.ts";
import { decodeAddresses, decodeTables, type Tables } from "./tables.ts";

/**
 * Other tables, or the application begins or ends to run: the server starts anew, without values. What the data link layer
 * acknowledges follows the group address table as soon as it is loaded; group objects work once everything is, and runs.
 */
export const loadTables = (
  state: ObjectsState,
  {
    addresses,
    associations,
    objects,
    program,
    running,
    at,
  }: Extract<ObjectsImpulse, { type: "tables.ind" }>,
): Turn => {
  const { config } = state;
  if (config.objectsFrom === "yaml") return [state, NOTHING];
  const out: (Impulse | Effect)[] = [];
  const gat = addresses === null ? null : decodeAddresses(addresses);
  const groups = gat?.ok ? gat.value.set : groupSet([]);
  out.push({
    for: "dl",
    type: "configure.req",
    groups: acknowledged(state, groups),
  });
  if (addresses !== null && gat?.ok === false) out.push(damaged(gat.reason, addresses));
  let tables: Tables | null = null;
  if (gat?.ok && associations !== null && objects !== null && running) {
    const decoded = decodeTables(gat.value, associations, objects);
    if (decoded.ok) tables = decoded.value;
    else out.push(damaged(decoded.reason, associations));
  }
  const initial = tables === null ? null : findInitial(tables, 1);
  if (initial !== null && state.online) out.push(startTimer(INITIAL_READ_MS));
  else if (state.initial !== null) out.push(stopTimer());
  if (tables !== null) {
    const parameters = program ? octetsOf(program) : NO_OCTETS;
    const links = linksOf(tables);
    out.push({ for: "application", type: "started.ind", parameters, links, at });
  } else if (state.tables !== null) out.push({ for: "application", type: "stopped.ind", at });
  const { sent, online, rate } = state;
  return [{ ...openObjects(config), tables, loaded: groups, sent, initial, online, rate }, out];
};

const linksOf = (tables: Tables): readonly ObjectLink[] =>
  tables.words.flatMap((word, place) => {
    const ga = tables.sending[place];
    return ga === undefined || ga === BROADCAST ? [] : [{ asap: Asap(place), ga, word }];
  });

/** With the beginning of the table only: it may have 131,072 octets. */
const damaged = (reason: DropReason, table: Image): Effect => ({
  for: "drops",
  type: "drop",
  reason,
  octets: readImage(table, 0, 16),
});
