import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { CAPACITY_MS } from "../../../../src/core/app/bridge/queue/budget.ts";
import type { Message } from "../../../../src/core/app-impulse.ts";
import type { Outcome } from "../../../../src/core/impulse.ts";
import { config, object, ready, rig } from "./rig.ts";

const OBJECTS = [
  object("1/0/1", "1.001", { events: true }),
  object("1/0/2", "5.001"),
  object("1/0/3", "1.007"),
  object("1/0/4", "9.001", { provide: true }),
  object("1/0/5", "9.001", { provide: true, transmit: "always", publish: "changes" }),
  object("1/0/6", "1.005", { priority: "urgent" }),
  object("1/0/7", undefined),
  object("1/0/8", "3.007", { writable: false }),
];
const CONFIG = config(OBJECTS, { unknown: "state", allowUnknownWrite: true });

const address = fc.integer({ min: 1, max: 9 }).map((sub) => `1/0/${sub}`);
const outcome: fc.Arbitrary<Outcome | undefined> = fc.constantFrom(
  ...([
    "ok",
    "ok",
    "ok",
    "no_ack",
    "lost",
    "rejected",
    "offline",
    "queue_full",
    "too_long",
  ] as const),
  undefined,
);

const envelope = fc.record(
  {
    value: fc.oneof(
      fc.boolean(),
      fc.double(),
      fc.constantFrom("on", "toggle", "up"),
      fc.anything(),
    ),
    raw: fc.constantFrom("01", "0c2f", "zz", ""),
    bits: fc.integer({ min: -1, max: 8 }),
    dpt: fc.constantFrom("1.001", "9.001", "x"),
    id: fc.oneof(fc.string(), fc.constantFrom("a", "b", "__proto__")),
    service: fc.constantFrom("write", "response", "read"),
    priority: fc.constantFrom("low", "urgent", "system"),
    ttl_ms: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.anything()),
    queue: fc.constantFrom("merge", "all", "x"),
    confirm: fc.constantFrom("queued", "sent", "x"),
    from: fc.constantFrom("bus", "cache", "fresh", "x"),
    max_age_s: fc.double(),
    timeout_ms: fc.double(),
  },
  { requiredKeys: [] },
);
const payload = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.json(),
  envelope.map((fields) => JSON.stringify(fields) ?? ""),
  fc.constantFrom("", "{", "[", '"', "on", "toggle", "21.5", "1e400", "-0", "null"),
);
const topic = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom("knx/ga/", "knx/", ""), address, fc.constantFrom("/set", "/get", "/x"))
      .map((parts) => parts.join("")),
  },
);
const more: fc.Arbitrary<Partial<Message>> = fc.record(
  {
    size: fc.nat(70_000),
    retain: fc.boolean(),
    responseTopic: fc.oneof(fc.string(), fc.constantFrom("me", "knx/ga/1/0/1/set", "#")),
    correlation: fc.uint8Array(),
    expiryMs: fc.integer({ min: -1, max: 4_294_967_295_000 }),
  },
  { requiredKeys: [] },
);
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ is: fc.constant("message" as const), topic, payload, more }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constantFrom("A_GroupValue_Write.ind" as const, "A_GroupValue_Response.ind" as const),
      address,
      data: fc.constantFrom("/0", "/1", "0c 2f", "7f ff", "01 02 03", ""),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("read" as const), address }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("broker" as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("bus" as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("noise" as const), octets: fc.nat(2_000) }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant("time" as const), ms: fc.nat(4_000) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const happen = (it: ReturnType<typeof rig>, what: Happening): void => {
  switch (what.is) {
    case "message":
      it.message(what.topic, what.payload, what.more);
      break;
    case "A_GroupValue_Write.ind":
    case "A_GroupValue_Response.ind":
      it.telegram(what.is, what.address, what.data);
      break;
    case "read":
      it.read(what.address);
      break;
    case "broker":
      it.broker(what.on);
      break;
    case "bus":
      if (what.on) it.online();
      else it.offline();
      break;
    case "noise":
      it.noise(what.octets);
      break;
    case "time":
      it.advance(what.ms);
      break;
  }
};

const fated = (outcomes: readonly (Outcome | undefined)[]) => {
  let frames = 0;
  return () => {
    const known = outcomes[frames++];
    const end = frames > outcomes.length ? "ok" : known;
    return end === undefined ? undefined : { outcome: end, repeats: end === "no_ack" ? 3 : 0 };
  };
};

describe("whatever happens", () => {
  test.prop([fc.array(happening, { maxLength: 60 }), fc.array(outcome)])(
    "nothing throws, and the state is a JSON value of bounded size",
    (happenings, outcomes) => {
      const it = rig(CONFIG, fated(outcomes));
      for (const what of happenings) happen(it, what);
      const state = it.state();
      expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
      it.advance(200_000);
      it.online();
      it.advance(200_000);
      const { queue, sender, reads, due } = it.state();
      expect(queue.depth).toBe(0);
      expect(sender.flight).toBeNull();
      expect(reads).toMatchObject({ waiters: [], outstanding: [] });
      expect(due).toBeNull();
    },
  );

  test.prop([fc.array(happening, { maxLength: 60 }), fc.array(outcome)])(
    "the same impulses give the same state and the same output, from a stored state too",
    (happenings, outcomes) => {
      const [one, other] = [rig(CONFIG, fated(outcomes)), rig(CONFIG, fated(outcomes))];
      for (const what of happenings) {
        happen(one, what);
        happen(other, what);
        other.storeAndLoad();
      }
      expect(other.published).toEqual(one.published);
      expect(other.state()).toEqual(one.state());
    },
  );
});

const storm = fc.array(
  fc.record({
    address: fc.integer({ min: 1, max: 250 }).map((sub) => `2/0/${sub}`),
    level: fc.integer({ min: 0, max: 100 }),
    all: fc.boolean(),
    pause: fc.constantFrom(0, 0, 0, 1, 5, 30, 300),
  }),
  { minLength: 100, maxLength: 400 },
);
const DIMMERS = Array.from({ length: 250 }, (_, index) => object(`2/0/${index + 1}`, "5.001"));

test.prop([storm], { numRuns: 30 })("a storm of commands never exceeds the budget", (commands) => {
  const it = ready(config(DIMMERS));
  for (const { address: target, level, all, pause } of commands) {
    it.message(`knx/ga/${target}/set`, all ? `{"value":${level},"queue":"all"}` : `${level}`);
    it.advance(pause);
  }
  it.advance(60_000);
  // Above the line of the fill, from any frame on: never more than the bucket.
  let excess = 0;
  let most = 0;
  let overlaps = 0;
  for (const [index, { at, airtime }] of it.sent.entries()) {
    const before = it.sent[index - 1];
    excess = Math.max(0, excess - 0.35 * (at - (before?.at ?? 0))) + airtime;
    most = Math.max(most, excess);
    // One at a time: the next one after the confirmation of the last one.
    if (before && at < before.at + before.airtime - 1e-6) overlaps++;
  }
  expect(most).toBeLessThanOrEqual(CAPACITY_MS + 1e-3);
  expect(overlaps).toBe(0);
});

const numbered = fc.array(
  fc.record({
    address: fc.integer({ min: 1, max: 7 }).map((sub) => `1/0/${sub}`),
    set: fc.boolean(),
    fields: fc.record(
      {
        value: fc.constantFrom(0, 1, 20, 100, 1e9, "on", "toggle"),
        queue: fc.constantFrom("merge", "all"),
        ttl_ms: fc.integer({ min: 100, max: 60_000 }),
        confirm: fc.constantFrom("queued", "sent"),
        from: fc.constantFrom("bus", "cache", "fresh"),
        timeout_ms: fc.integer({ min: 100, max: 60_000 }),
      },
      { requiredKeys: ["value"] },
    ),
    after: happening.filter(({ is }) => is !== "broker" && is !== "message"),
  }),
  { maxLength: 80 },
);

test.prop([numbered, fc.array(outcome)])(
  "every command with an id ends with exactly one result",
  (commands, outcomes) => {
    const it = ready(CONFIG, fated(outcomes));
    for (const [index, { address: target, set, fields, after }] of commands.entries()) {
      it.message(
        `knx/ga/${target}/${set ? "set" : "get"}`,
        JSON.stringify({ ...fields, id: `${index}` }),
      );
      happen(it, after);
    }
    it.online();
    it.advance(300_000);
    const ids = it.documents(/result$/).map(({ id }) => Number(id));
    expect(ids.sort((a, b) => a - b)).toEqual(commands.map((_, index) => index));
  },
);

test.prop([fc.array(fc.string({ minLength: 1, maxLength: 64 }), { minLength: 1 })])(
  "ids are remembered whatever they look like",
  (ids) => {
    const it = ready(config([object("1/0/1", "1.001")]));
    for (const id of [...ids, ...ids]) {
      it.message("knx/ga/1/0/1/set", JSON.stringify({ value: 1, id }));
      it.advance(50);
    }
    const { duplicate = 0 } = it.state().tallies.rejected;
    expect(duplicate).toBe(2 * ids.length - new Set(ids).size);
  },
);

test("ids of a long storm are bounded", () => {
  const it = ready(config([object("1/0/1", "1.001")]));
  const size = () => JSON.stringify(it.state().recent).length;
  const sizes: number[] = [];
  for (let n = 0; n < 10_000; n++) {
    it.message("knx/ga/1/0/1/set", `{"value":1,"id":"${String(n).padStart(64, "x")}"}`);
    it.advance(2);
    if (n % 2_500 === 2_499) sizes.push(size());
  }
  expect(Math.max(...sizes)).toBeLessThan(4_000_000);
  expect(it.state().queue.depth).toBeLessThanOrEqual(1);
});
