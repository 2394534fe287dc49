import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import {
  bridgeTopic,
  entityTopic,
  gaTopic,
  isPermittedResponseTopic,
  parseTopic,
  subscriptions,
  type Topic,
} from "../../../../src/core/app/bridge/topics.ts";

const TREE = { base: "home/knx", style: "3-level" } as const;

test("a group address in every style", () => {
  const topic = (style: "3-level" | "2-level" | "free") =>
    gaTopic({ base: "knx", style }, GroupAddress(0x0a03), "state");
  expect(topic("3-level")).toBe("knx/ga/1/2/3/state");
  expect(topic("2-level")).toBe("knx/ga/1/515/state");
  expect(topic("free")).toBe("knx/ga/2563/state");
});

test("filters by style", () => {
  const filters = (style: "3-level" | "2-level" | "free") =>
    subscriptions({ base: "knx", style, requests: "off" });
  const entities = ["knx/entity/+/set", "knx/entity/+/set/+"];
  expect(filters("3-level")).toEqual(["knx/ga/+/+/+/set", "knx/ga/+/+/+/get", ...entities]);
  expect(filters("2-level")).toEqual(["knx/ga/+/+/set", "knx/ga/+/+/get", ...entities]);
  expect(filters("free")).toEqual(["knx/ga/+/set", "knx/ga/+/get", ...entities]);
  expect(subscriptions({ base: "knx", style: "free", requests: "basic" }).at(-1)).toBe(
    "knx/bridge/request/#",
  );
});

test.each([
  "",
  "home",
  "home/knx",
  "home/knx/",
  "home/knx/ga",
  "home/knx/ga/1/2/3",
  "home/knx/ga/1/2/3/set/x",
  "home/knx/ga/1/2/3/SET",
  "home/knx/ga/1/8/3/set",
  "home/knx/ga/32/0/1/set",
  "home/knx/ga/1/2/256/set",
  "home/knx/ga/01/2/3/set",
  "home/knx/ga/1/515/set",
  "home/knx/ga/2563/set",
  "home/knx/ga/0/0/0/set",
  "home/knx/ga/+/+/+/set",
  "home/knx/entity",
  "home/knx/entity/blind",
  "home/knx/entity//set",
  "home/knx/entity/blind/get",
  "home/knx/entity/blind/set/",
  "home/knx/entity/blind/set/move/x",
  "home/knx/entity/blind/state/move",
  "home/knx/bridge/",
  "knx/ga/1/2/3/set",
])("%j is not in the grammar", (topic) => {
  expect(parseTopic(TREE, topic)).toBeUndefined();
});

const style = fc.constantFrom("3-level" as const, "2-level" as const, "free" as const);
const topic: fc.Arbitrary<Topic> = fc.oneof(
  fc.record({
    about: fc.constant("ga" as const),
    ga: fc.integer({ min: 1, max: 0xffff }).map(GroupAddress),
    leaf: fc.constantFrom("state" as const, "value" as const, "set" as const, "result" as const),
  }),
  fc.record({
    about: fc.constant("entity" as const),
    id: fc.constantFrom("living_ceiling", "b-2"),
    leaf: fc.constantFrom("state" as const, "set" as const, "result" as const),
    role: fc.constant(null),
  }),
  fc.record({
    about: fc.constant("bridge" as const),
    leaf: fc.constantFrom("state", "response/ping", "request", "request/"),
  }),
  fc.record({ about: fc.constant("request" as const), name: fc.constantFrom("ping", "a/b") }),
);
test.prop([topic, style])("what is written is read", (written, used) => {
  const tree = { base: "knx", style: used };
  const text =
    written.about === "ga"
      ? gaTopic(tree, written.ga, written.leaf)
      : written.about === "entity"
        ? entityTopic(tree, written.id, written.leaf)
        : bridgeTopic(tree, written.about === "request" ? `request/${written.name}` : written.leaf);
  expect(parseTopic(tree, text)).toEqual(written);
});

test("§7 one role of an entity", () => {
  expect(parseTopic(TREE, "home/knx/entity/living_blind/set/move")).toEqual({
    about: "entity",
    id: "living_blind",
    leaf: "set",
    role: "move",
  });
});

describe("§20 response topics", () => {
  test.each([
    ["answers/me", true],
    ["home/knx2/ga/1/2/3/set", true],
    ["home/knx/bridge/response/group/write", true],
    ["home/knx/ga/1/2/3/result", true],
    ["home/knx/entity/living_blind/result", true],
    ["home/knx/entity/living_blind/set", false],
    ["home/knx/entity/living_blind/state", false],
    ["", false],
    ["home/knx", false],
    ["home/knx/ga/1/2/3/set", false],
    ["home/knx/ga/1/2/3/state", false],
    ["home/knx/bridge/state", false],
    ["home/knx/bridge/response/", false],
    ["home/knx/x/result", false],
    ["$SYS/broker", false],
    ["answers/#", false],
    ["answers/+/me", false],
    ["homeassistant/device/x/config", false],
  ])("%j: %s", (responseTopic, permitted) => {
    expect(isPermittedResponseTopic(TREE, responseTopic)).toBe(permitted);
  });
});
