import { describe, expect, test } from "vitest";
import { CHILD_STATES, type ChildState } from "../../../src/shell/supervise/report.ts";
import {
  CHILD_ACTIONS,
  CHILD_EVENTS,
  type ChildEvent,
  childCell,
} from "../../../src/shell/supervise/table.ts";

/*
 * What each event means for a child, state by state, as `firmware-notes/supervision.md` says it. `.`: stays as it is, and nothing is
 * done.
 */
// biome-ignore format: read by column
const EXPECTED: readonly { event: ChildEvent; because: string; cells: readonly string[] }[] = [
  //                                                                                                      off            starting       up             waiting        failed
  { event: "has to wait",     because: "only who has not begun waits for another",              cells: ["waiting A0",  ".",           ".",           ".",           "."] },
  { event: "asked for",       because: "who runs or tries goes on; who pauses is tried at once", cells: ["starting A1", ".",           ".",           "starting A1", "starting A1"] },
  { event: "asked again",     because: "who runs is ended in order first",                       cells: ["starting A1", "starting A2", "starting A2", "starting A1", "starting A1"] },
  { event: "works",           because: "only a start can succeed",                               cells: [".",           "up A3",       ".",           ".",           "."] },
  { event: "broke",           because: "only who lives can break",                               cells: [".",           "waiting A4",  "waiting A4",  ".",           "."] },
  { event: "broke too often", because: "the same, with the long pause",                          cells: [".",           "failed A5",   "failed A5",   ".",           "."] },
  { event: "broke for good",  because: "a promise can break while nothing runs, too",            cells: [".",           "failed A6",   "failed A6",   "failed A6",   "failed A6"] },
  { event: "pause over",      because: "a pause that was stopped does not count any more",       cells: [".",           ".",           ".",           "starting A1", "starting A1"] },
  { event: "stopped",         because: "for good, whatever it was doing",                        cells: [".",           "off A7",      "off A7",      "off A7",      "off A7"] },
];

describe.each(EXPECTED)("$event: $because", ({ event, cells }) => {
  test.each(CHILD_STATES.map((state, column) => ({ state, cell: cells[column] ?? "" })))(
    "in $state: $cell",
    ({ state, cell }) => {
      const [next, action] = childCell(state, event);
      expect(`${next} ${action}`).toBe(cell === "." ? `${state} A0` : cell);
    },
  );
});

test("every event of the table is described above, every action has words", () => {
  expect(EXPECTED.map(({ event }) => event)).toEqual(CHILD_EVENTS);
  const used = CHILD_EVENTS.flatMap((event) =>
    CHILD_STATES.map((state) => childCell(state, event)[1]),
  );
  expect([...new Set(used)].sort()).toEqual(Object.keys(CHILD_ACTIONS));
});

test("wherever a child is, some event leads to it being up again, and one to it being off", () => {
  const reaches = (from: ChildState): ReadonlySet<ChildState> => {
    const found = new Set([from]);
    for (const state of found)
      for (const event of CHILD_EVENTS) found.add(childCell(state, event)[0]);
    return found;
  };
  for (const state of CHILD_STATES) expect(reaches(state)).toEqual(new Set(CHILD_STATES));
});
