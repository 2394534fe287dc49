import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TlsmStyle } from "../../../../src/core/config.ts";
import {
  CONNECTION_EVENTS,
  type ConnectionEvent,
  type ConnectionState,
  connectionCell,
  statesOf,
} from "../../../../src/core/stack/4-tlsm/table.ts";

/** The tables of KNX 03.03.04 as several public stacks agree on them; `defined: false` fills a place without meaning. */
type Reference = Readonly<{
  styles: Readonly<Record<string, readonly ReferenceCell[]>>;
  events: Readonly<Record<string, unknown>>;
}>;
type ReferenceCell = Readonly<{
  state: string;
  event: string;
  next: string;
  action: string;
  defined?: boolean;
}>;

const reference: Reference = JSON.parse(
  readFileSync(new URL("reference.json", import.meta.url), "utf8"),
);

const STATES: Readonly<Record<string, ConnectionState>> = {
  CLOSED: "closed",
  OPEN_IDLE: "openIdle",
  OPEN_WAIT: "openWait",
  CONNECTING: "connecting",
};

/** Where we do not follow the published table, and why. */
const CORRECTIONS = [
  {
    style: "3",
    state: "connecting",
    event: "E06 data, wrong number",
    ours: ["closed", "A6"],
    published: ["connecting", "A6"],
    why: "A6 stops the timers: a connection that stayed in connecting would stay there for ever",
  },
] as const;

const STYLES = ["1", "1r", "3"] as const satisfies readonly TlsmStyle[];

const eventOf = (code: string): ConnectionEvent => {
  const found = CONNECTION_EVENTS.find((event) => event.startsWith(`${code} `));
  if (found === undefined) throw new Error(`no event ${code}`);
  return found;
};

const cellsOf = (style: TlsmStyle) =>
  (reference.styles[style] ?? []).map(({ state, event, next, action }) => ({
    state: STATES[state] ?? "closed",
    event: eventOf(event),
    published: [STATES[next], action],
  }));

describe.each(STYLES)("style %s, cell by cell", (style) => {
  test.each(cellsOf(style))("$event in $state: $published", ({ state, event, published }) => {
    const correction = CORRECTIONS.find(
      (one) => one.style === style && one.state === state && one.event === event,
    );
    if (correction !== undefined) expect(published).toEqual(correction.published);
    expect(connectionCell(style, state, event)).toEqual(correction?.ours ?? published);
  });

  test("every state and every event of the reference is here, and nothing else does anything", () => {
    const known = new Set(cellsOf(style).map(({ state, event }) => `${event} ${state}`));
    for (const state of statesOf(style))
      for (const event of CONNECTION_EVENTS)
        if (!known.has(`${event} ${state}`))
          expect([event, ...connectionCell(style, state, event)]).toEqual([event, state, "A0"]);
    expect(new Set(cellsOf(style).map(({ state }) => state)).size).toBe(statesOf(style).length);
  });
});

test("the events are those of the reference", () => {
  const codes = CONNECTION_EVENTS.map((event) => event.split(" ")[0]);
  expect(codes).toEqual(Object.keys(reference.events));
});
