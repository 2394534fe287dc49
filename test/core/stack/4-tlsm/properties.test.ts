import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../../../src/core/address.ts";
import type { TlsmConfig } from "../../../../src/core/config.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse, Outcome, TlsmImpulse } from "../../../../src/core/impulse.ts";
import { KEPT_LIMIT } from "../../../../src/core/stack/4-tlsm/action.ts";
import {
  type Connection,
  findConnection,
  keptOf,
} from "../../../../src/core/stack/4-tlsm/connection.ts";
import { MAX_REPETITIONS } from "../../../../src/core/stack/4-tlsm/event.ts";
import {
  CONNECTION_EVENTS,
  connectionCell,
  statesOf,
} from "../../../../src/core/stack/4-tlsm/table.ts";
import { openTlsm, type TlsmState, tlsm } from "../../../../src/core/stack/4-tlsm/tlsm.ts";

const PARTNERS = 200;
const STYLES = ["3", "1", "1r"] as const;

/** Plain objects, as the shell makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

/** Most talk is with few, or nothing would ever become of a connection. */
const partner = fc
  .oneof(
    { weight: 9, arbitrary: fc.nat({ max: 1 }) },
    { weight: 1, arbitrary: fc.nat({ max: PARTNERS - 1 }) },
  )
  .map((number) => IndividualAddress(0x1101 + number));

const sequence = fc.oneof(
  { weight: 9, arbitrary: fc.nat({ max: 1 }) },
  { weight: 1, arbitrary: fc.nat({ max: 15 }) },
);

const apdu = fc.array(fc.nat({ max: 255 }), { minLength: 2, maxLength: 4 });

const data = record({
  kind: fc.constant("T_Data_Connected" as const),
  sequence,
  apdu,
  priority: fc.constantFrom("system", "low"),
});

const tpdu = fc.oneof(
  fc.constantFrom({ kind: "T_Connect" } as const, { kind: "T_Disconnect" } as const),
  data,
  data,
  record({ kind: fc.constantFrom("T_ACK" as const, "T_NAK" as const), sequence }),
);

/** Of the local confirmations only that of a T_Connect leads anywhere. */
const sent = fc.oneof(fc.constant({ kind: "T_Connect" } as const), tpdu);

const timer = record({
  for: fc.constant("tlsm"),
  name: fc.constantFrom("connection", "acknowledge", "acknowledge", "acknowledge"),
  peer: partner,
});

const outcome = fc.constantFrom<Outcome>("ok", "ok", "no_ack", "lost", "offline", "queue_full");

const common = { for: fc.constant("tlsm"), at: fc.constant(7) } as const;
const priority = fc.constantFrom("system", "low");

/** What a machine may be told; the ref of a request is its place in the sequence. */
// biome-ignore format: one kind a line
const impulse: fc.Arbitrary<TlsmImpulse> = fc.oneof(
  { weight: 30, arbitrary: record({ ...common, type: fc.constant("tpdu.ind"), source: partner, tpdu }) },
  { weight: 10, arbitrary: record({ ...common, type: fc.constant("tpdu.con"), peer: partner, tpdu: sent, ref: fc.integer({ min: 1, max: 6 }), outcome, repeats: fc.nat({ max: 3 }) }) },
  { weight: 10, arbitrary: record({ ...common, type: fc.constantFrom("T_Connect.req", "T_Connect.req", "T_Disconnect.req"), peer: partner }) },
  { weight: 20, arbitrary: record({ ...common, type: fc.constant("T_Data_Connected.req"), peer: partner, apdu, priority, ref: fc.constant(0) }) },
  { weight: 10, arbitrary: record({ ...common, type: fc.constant("timeout"), timer }) },
  { weight: 1, arbitrary: record({ ...common, type: fc.constant("restart.req") }) },
);

const impulses = fc
  .array(impulse, { maxLength: 400, size: "max" })
  .map((list) =>
    list.map((one, place) => (one.type === "T_Data_Connected.req" ? { ...one, ref: place } : one)),
  );

const config: fc.Arbitrary<TlsmConfig> = record({
  style: fc.constantFrom(...STYLES),
  connections: fc.integer({ min: 1, max: 16 }),
});

type Turn = Readonly<{
  before: TlsmState;
  impulse: TlsmImpulse;
  after: TlsmState;
  out: readonly (Impulse | Effect)[];
}>;

const turns = (start: TlsmConfig, list: readonly TlsmImpulse[]): readonly Turn[] => {
  let state = openTlsm(start);
  return list.map((one) => {
    const before = state;
    const [after, out] = tlsm(before, one);
    state = after;
    return { before, impulse: one, after, out };
  });
};

const partnerOf = (one: TlsmImpulse): IndividualAddress | null => {
  switch (one.type) {
    case "tpdu.ind":
      return one.source;
    case "timeout":
      return one.timer.peer;
    case "restart.req":
      return null;
    default:
      return one.peer;
  }
};

describe("any impulses from any of 200 partners, in any order", () => {
  prop.prop([config, impulses])(
    "numbers, repetitions and everything kept have an end",
    (start, list) => {
      for (const { after } of turns(start, list)) {
        const peers = after.connections.map(({ peer }) => peer);
        expect(new Set(peers).size).toBe(peers.length);
        expect(peers.length).toBeLessThanOrEqual(PARTNERS);
        const served = after.connections.filter(({ opened }) => opened === "there");
        expect(served.length).toBeLessThanOrEqual(start.connections);
        for (const connection of after.connections) expect(wrongIn(connection)).toEqual([]);
      }
    },
  );

  prop.prop([config, impulses])(
    "a partner has its timers while its connection is open, and none without one",
    (start, list) => {
      const running = new Set<string>();
      for (const { impulse: one, after, out } of turns(start, list)) {
        if (one.type === "timeout") running.delete(`${one.timer.peer} ${one.timer.name}`);
        for (const effect of out) {
          if (effect.for !== "timer" || effect.timer.for !== "tlsm") continue;
          const key = `${effect.timer.peer} ${effect.timer.name}`;
          if (effect.type === "start") running.add(key);
          else running.delete(key);
        }
        const wanted = after.connections.flatMap(({ peer, state }) => [
          `${peer} connection`,
          ...(state === "openWait" && start.style !== "1r" ? [`${peer} acknowledge`] : []),
        ]);
        expect([...running].sort()).toEqual(wanted.sort());
      }
    },
  );

  prop.prop([config, impulses])("nobody touches the connection of somebody else", (start, list) => {
    for (const { before, impulse: one, after } of turns(start, list)) {
      const peer = partnerOf(one);
      if (peer === null) continue;
      for (const connection of before.connections)
        if (connection.peer !== peer)
          expect(findConnection(after, connection.peer)).toBe(connection);
    }
  });

  prop.prop([config, impulses])(
    "every request ends once, in a confirmation or a disconnect",
    (start, list) => {
      const pending = new Map<number, IndividualAddress>();
      for (const { impulse: one, after, out } of turns(start, list)) {
        if (one.type === "T_Data_Connected.req") pending.set(one.ref, one.peer);
        for (const effect of out) {
          if (effect.for !== "al") continue;
          if (effect.type === "T_Data_Connected.con") expect(pending.delete(effect.ref)).toBe(true);
          if (effect.type === "T_Disconnect.ind" || effect.type === "T_Disconnect.con")
            for (const [ref, peer] of pending) if (peer === effect.peer) pending.delete(ref);
        }
        const waiting = after.connections.flatMap((connection) => [
          ...(connection.state === "openWait" ? [connection.outstanding] : []),
          ...keptOf(connection),
        ]);
        expect([...pending.keys()].sort()).toEqual(waiting.map(({ ref }) => ref).sort());
      }
    },
  );

  prop.prop([config, impulses])(
    "the state is one JSON value, and nothing in it changes",
    (start, list) => {
      const seen = turns(start, list).map(({ after }) => ({ after, text: JSON.stringify(after) }));
      for (const { after, text } of seen) {
        expect(JSON.stringify(after)).toBe(text);
        expect(JSON.parse(text)).toStrictEqual(after);
      }
    },
  );

  prop.prop([config, impulses])(
    "the same impulses lead to the same state and effects",
    (start, list) => {
      expect(JSON.stringify(turns(start, list))).toBe(JSON.stringify(turns(start, list)));
    },
  );
});

describe("these sequences lead everywhere", () => {
  const lists = fc.sample(fc.tuple(config, impulses), { seed: 20, numRuns: 400 });

  test.each(STYLES)("style %s: through every cell that does something", (style) => {
    const met = new Set<string>();
    for (const [start, list] of lists)
      for (const { out } of turns({ ...start, style }, list))
        for (const effect of out)
          if (effect.for === "transitions")
            met.add(`${effect.transition.event} in ${effect.transition.state}`);
    const missing = statesOf(style).flatMap((state) =>
      CONNECTION_EVENTS.filter((event) => {
        const [next, action] = connectionCell(style, state, event);
        const isIdle = next === state && action === "A0";
        return !isIdle && !isOutOfReach(event, state) && !met.has(`${event} in ${state}`);
      }).map((event) => `${event} in ${state}`),
    );
    expect(missing).toEqual([]);
    expect([...met].filter((cell) => isOutOfReach(...split(cell)))).toEqual([]);
  });
});

/**
 * Each partner has its own machine. So a closed one has no partner, an open one hears nobody else but who is refused, which one that
 * was opened from there does; and repetitions are counted only while something is outstanding.
 */
const isOutOfReach = (event: string, state: string): boolean => {
  if (state === "closed") return /^E(00|04|05|06|08|09|11|11b|12|13) /.test(event);
  if (/^E13 /.test(event)) return state !== "openWait";
  return /^E(07|10|14) /.test(event) || (/^E01 /.test(event) && state === "connecting");
};

const split = (cell: string): readonly [event: string, state: string] => {
  const [event = "", state = ""] = cell.split(" in ");
  return [event, state];
};

const wrongIn = (connection: Connection): readonly string[] => {
  const { send, receive } = connection;
  const repetitions = connection.state === "openWait" ? connection.repetitions : 0;
  return [
    ...([send, receive].every((number) => number >= 0 && number <= 15) ? [] : ["number"]),
    ...(repetitions >= 0 && repetitions <= MAX_REPETITIONS ? [] : ["repetitions"]),
    ...(keptOf(connection).length <= KEPT_LIMIT ? [] : ["kept"]),
    ...((connection.state === "connecting") <= (connection.connect !== null) ? [] : ["connect"]),
  ];
};
