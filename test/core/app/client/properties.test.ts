import { fc, test as prop } from "@fast-check/vitest";
import { expect } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import type { Ask } from "../../../../src/core/app/client/ask.ts";
import { type ClientState, client, openClient } from "../../../../src/core/app/client/client.ts";
import type { Dump, Image } from "../../../../src/core/app/client/image.ts";
import type { Procedure } from "../../../../src/core/app/client/procedure.ts";
import type { ClientImpulse } from "../../../../src/core/app-impulse.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse, Mode } from "../../../../src/core/impulse.ts";
import { type Apdu, decodeApdu, encodeApdu } from "../../../../src/core/stack/7-al/apdu.ts";

const OWN = IndividualAddress(0x11fa);
/** Few devices, so that they meet; one is ourselves. */
const peer = fc.constantFrom(0x1105, 0x1106, 0x11fa, 0xffff).map(IndividualAddress);
const group = fc.constantFrom(0, 0x0a03).map(GroupAddress);
/** What fits, what does not, and what is no number of anything. */
const number = fc.oneof(
  fc.nat(20),
  fc.constantFrom(-1, 0.5, 255, 256, 4095, 4096, 0xffff, 0x10000, 0xffffff, 0x1000000),
);
const octets = fc.array(fc.integer({ min: 0, max: 257 }), { maxLength: 30 });
const toDevice = fc.record(
  { peer, key: fc.array(fc.nat(255), { minLength: 3, maxLength: 5 }) },
  { requiredKeys: ["peer"] },
);

const on = <T extends object>(of: fc.Arbitrary<T>) =>
  fc.tuple(toDevice, of).map(([device, rest]) => ({ ...device, ...rest }));
const elements = { object: number, pid: number, start: number, count: number };
const name = <const Name extends string>(text: Name) => fc.constant(text);

const program = fc.record({
  octets,
  fill: number,
  programVersion: fc.array(fc.nat(255), { minLength: 4, maxLength: 6 }),
});
const properties = fc.array(fc.record({ object: number, pid: number, octets }), { maxLength: 2 });
const image: fc.Arbitrary<Image> = fc.record(
  {
    application: program,
    program2: program,
    groupAddresses: fc.array(number, { maxLength: 3 }),
    associations: fc.array(fc.tuple(number, number), { maxLength: 3 }),
    groupObjects: fc.array(number, { maxLength: 3 }),
    properties,
    extended: fc.boolean(),
    partial: fc.boolean(),
  },
  { requiredKeys: ["groupAddresses", "associations", "groupObjects"] },
);
const maybe = fc.option(octets);
const document: fc.Arbitrary<Dump> = fc.record({
  version: fc.constant(1),
  identity: fc.record({
    mask: fc.constantFrom(0x07b0, 0x0012),
    serial: octets,
    manufacturer: fc.nat(0xffff),
    orderInfo: maybe,
    hardwareType: maybe,
    version: maybe,
  }),
  properties,
  objects: fc.array(
    fc.record({
      index: fc.constantFrom(1, 2, 3, 4, 5),
      loadState: fc.nat(5),
      address: number,
      octets: maybe,
      stamp: maybe,
      programVersion: maybe,
      peiType: fc.option(number),
    }),
    { maxLength: 5 },
  ),
});

const procedure: fc.Arbitrary<Procedure> = fc.oneof(
  on(fc.record({ name: name("device.info") })),
  fc.record({ name: name("device.scan"), line: number, from: number, to: number }),
  fc.record({ name: name("device.find") }),
  on(fc.record({ name: name("programming-mode.read") })),
  on(fc.record({ name: name("programming-mode.write"), on: fc.boolean() })),
  fc.record({ name: name("address.button"), address: peer }),
  fc.record({ name: name("address.serial"), serial: octets, address: peer }),
  on(fc.record({ name: name("device.restart") })),
  on(fc.record({ name: name("device.reset"), eraseCode: number, channel: number })),
  on(fc.record({ name: name("property.read"), ...elements })),
  on(fc.record({ name: name("property.write"), ...elements, octets })),
  on(fc.record({ name: name("property.describe"), object: number, pid: number })),
  on(fc.record({ name: name("memory.read"), address: number, length: number })),
  on(fc.record({ name: name("memory.write"), address: number, octets })),
  on(fc.record({ name: name("device.program"), image })),
  on(fc.record({ name: name("device.dump") })),
  on(fc.record({ name: name("device.restore"), document })),
  fc.record({ name: name("group.read"), address: group }),
  fc.record({
    name: name("group.write"),
    address: group,
    value: fc.record({ octets, short: fc.boolean() }),
  }),
);

/** What happens next, chosen by what is going on: mostly what was asked for, sometimes something else. */
const happening = fc.record({
  what: fc.constantFrom(
    ...(["start", "cancel", "connect", "disconnect", "hang up", "stray"] as const),
    ...(["con", "con", "con", "answer", "answer", "answer", "answer", "time", "time"] as const),
    ...(["telegram", "watch"] as const),
  ),
  procedure,
  pick: fc.nat(1_000),
  outcome: fc.constantFrom(
    ...(["ok", "ok", "ok", "ok", "no_ack", "lost", "rejected"] as const),
    ...(["offline", "queue_full", "too_long", "no_connection"] as const),
  ),
  octets: fc.array(fc.nat(255), { maxLength: 14 }),
  keep: fc.nat(14),
  peer,
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

prop.prop([fc.array(happening, { maxLength: 120, size: "max" })], { numRuns: 200 })(
  "whatever happens, in whatever order: every procedure ends once, and leaves nothing behind",
  (happenings) => {
    const world = openWorld();
    for (const each of happenings) world.happen(each);
    // Then nothing more comes but what the layers below promise.
    for (let round = 0; round < 40_000 && world.busy(); round++) world.silence();
    expect(world.state().tasks).toEqual([]);
    expect(world.timers()).toEqual([]);
    expect(world.open()).toEqual([]);
    expect(world.endings()).toEqual(world.expected());
    expect(world.watched()).toBe(world.state().watching);
  },
);

/** The client, and of what is around it no more than the promises it relies on. */
const openWorld = () => {
  let state: ClientState = openClient(OWN);
  let id = 0;
  let watched = false;
  const timers = new Set<number>();
  const requests: Impulse[] = [];
  const connections = new Set<IndividualAddress>();
  const closing: IndividualAddress[] = [];
  const endings = new Map<number, number>();
  const started = new Set<number>();
  const cancelled = new Set<number>();

  const deliver = (impulse: ClientImpulse): void => {
    const [after, out] = client(state, impulse);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    state = after;
    for (const effect of out) take(effect);
  };
  const take = (effect: Impulse | Effect): void => {
    switch (effect.for) {
      case "timer":
        if (effect.timer.for !== "client") return;
        if (effect.type === "start") timers.add(effect.timer.id);
        else timers.delete(effect.timer.id);
        return;
      case "control":
        if (effect.type === "result" || effect.type === "failure")
          endings.set(effect.id, (endings.get(effect.id) ?? 0) + 1);
        return;
      case "tlsm":
        if (effect.type === "T_Connect.req") connections.add(effect.peer);
        if (effect.type === "T_Disconnect.req") closing.push(effect.peer);
        return;
      case "dl":
        if (effect.type === "watch.req") watched = effect.on;
        return;
      case "al":
        // Throws when a field does not fit.
        if (effect.type === "apdu.req") encodeApdu(effect.apdu);
        requests.push(effect);
        return;
      default:
        return;
    }
  };
  const closeNext = (): void => {
    const peer = closing.shift();
    if (peer === undefined) return;
    connections.delete(peer);
    deliver({ for: "client", type: "T_Disconnect.con", peer, at: 1 });
  };

  const happen = (each: Happening): void => {
    const { pick } = each;
    const some = <T>(items: readonly T[]): T | undefined => items[pick % items.length];
    switch (each.what) {
      case "start":
        started.add(++id);
        deliver({ for: "client", type: "procedure.req", id, procedure: each.procedure, at: 1 });
        break;
      case "cancel": {
        const task = some(state.tasks);
        if (task !== undefined) cancelled.add(task.id);
        deliver({ for: "client", type: "cancel.req", id: task?.id ?? 0, at: 1 });
        break;
      }
      case "connect": {
        const peer = some([...connections]) ?? each.peer;
        deliver({ for: "client", type: "T_Connect.con", peer, at: 1 });
        break;
      }
      case "disconnect":
        closeNext();
        break;
      case "hang up":
        hangUp(some([...connections].filter((open) => !closing.includes(open))));
        break;
      case "stray": {
        const apdu = decodeApdu(each.octets);
        if (apdu.ok) hear(apdu.value, "broadcast", each.peer);
        break;
      }
      case "con":
        confirm(requests.shift(), each.outcome);
        break;
      case "answer":
        answer(
          some(state.tasks.flatMap(({ doing }) => (doing.phase === "waiting" ? [doing.ask] : []))),
          each,
        );
        break;
      case "time":
        expire(some([...timers]));
        break;
      case "telegram": {
        const tpdu = pick % 2 === 0 ? [0x00, 0x40, ...each.octets] : each.octets;
        deliver({ ...TELEGRAM, octets: each.octets, source: each.peer, tpdu });
        break;
      }
      case "watch":
        deliver({ for: "client", type: "watch.req", on: pick % 2 === 0, at: 1 });
        break;
    }
  };
  const hangUp = (peer: IndividualAddress | undefined): void => {
    if (peer === undefined) return;
    connections.delete(peer);
    deliver({ for: "client", type: "T_Disconnect.ind", peer, at: 1 });
  };
  const answer = (ask: Ask | undefined, each: Happening): void => {
    if (ask?.ask === "connect") {
      deliver({ for: "client", type: "T_Connect.con", peer: ask.peer, at: 1 });
    } else if (ask?.ask === "request" || ask?.ask === "collect") {
      const apdu = answerTo(encodeApdu(ask.apdu), each);
      if (apdu === undefined) return;
      if (ask.ask === "request") hear(apdu, ask.mode, ask.peer);
      else hear(apdu, "broadcast", each.peer);
    }
  };
  const hear = (apdu: Apdu, mode: Mode, source: IndividualAddress): void =>
    deliver({ for: "client", type: "apdu.ind", mode, source, priority: "low", apdu, at: 1 });
  const expire = (id: number | undefined): void => {
    if (id === undefined) return;
    timers.delete(id);
    const timer = { for: "client", name: "step", id } as const;
    deliver({ for: "client", type: "timeout", timer, at: 1 });
  };
  const confirm = (request: Impulse | undefined, outcome: Happening["outcome"]): void => {
    if (request?.for !== "al" || !("ref" in request)) return;
    const { ref } = request;
    if (request.type === "apdu.req") {
      const { to, apdu } = request;
      deliver({ for: "client", type: "apdu.con", to, apdu, ref, outcome, at: 1 });
    } else if (outcome !== "no_connection") {
      const type =
        request.type === "A_GroupValue_Read.req"
          ? "A_GroupValue_Read.con"
          : "A_GroupValue_Write.con";
      const destination = GroupAddress(0x0a03);
      deliver({ for: "client", type, destination, ref, outcome, repeats: 0, at: 1 });
    }
  };
  return {
    happen,
    state: () => state,
    busy: () => state.tasks.length > 0 || closing.length > 0,
    timers: () => [...timers],
    open: () => [...connections],
    watched: () => watched,
    endings: () => [...endings].sort(([a], [b]) => a - b),
    /** Once each; a cancelled one not at all. */
    expected: () => [...started].filter((each) => !cancelled.has(each)).map((each) => [each, 1]),
    silence: () => {
      for (const { id: overdue } of state.tasks)
        expect(timers.has(overdue), `a timer of procedure ${overdue}`).toBe(true);
      if (closing.length > 0) closeNext();
      else expire([...timers][0]);
    },
  };
};

const TELEGRAM = {
  for: "client",
  type: "telegram.ind",
  own: false,
  destination: { to: "group", address: GroupAddress(0x0a03) },
  at: 1,
} as const;

/** The response to a request with its first octets kept, so that it is taken for the right one. */
const answerTo = (
  question: ReturnType<typeof encodeApdu>,
  { octets: data, keep }: Readonly<{ octets: readonly number[]; keep: number }>,
): Apdu | undefined => {
  const [high = 0, low = 0, ...rest] = question;
  const code = (high << 8) | low;
  const response = RESPONSES.find(([from, to]) => code >= from && code <= to);
  if (response === undefined) return undefined;
  const answer = response[2](code);
  const body = [...rest.slice(0, keep), ...data];
  for (let length = body.length; length >= 0; length--) {
    const apdu = decodeApdu([answer >> 8, answer & 0xff, ...body.slice(0, length)]);
    if (apdu.ok) return apdu.value;
  }
  return undefined;
};

// biome-ignore format: read by column
const RESPONSES: readonly (readonly [from: number, to: number, answer: (code: number) => number])[] = [
  [0x100, 0x100, () => 0x140],
  [0x180, 0x1bf, (code) => code + 0x40],
  [0x1c8, 0x1c8, () => 0x1c9],
  [0x1fb, 0x1fb, () => 0x1fc],
  [0x1fd, 0x1fd, () => 0x1fe],
  [0x200, 0x23f, (code) => code + 0x40],
  [0x300, 0x33f, (code) => code + 0x40],
  [0x381, 0x381, () => 0x3a1],
  [0x3d1, 0x3d1, () => 0x3d2],
  [0x3d5, 0x3d5, () => 0x3d6],
  [0x3d7, 0x3d7, () => 0x3d6],
  [0x3d8, 0x3d8, () => 0x3d9],
  [0x3dc, 0x3dc, () => 0x3dd],
];
