import { expect, test } from "vitest";
import { mayPublish, mayRead, maySubscribe } from "../../src/shell/broker-rights.ts";

const OWN = { base: "knx", discovery: "homeassistant/device/knx_house_" };
const ALL = { read: ["#"], write: ["#"], admin: false };
/** Of one that may switch lights only: `mqtt-interface.md` §20. */
const LIGHTS = {
  read: ["knx/ga/+/+/+/state", "knx/bridge/state"],
  write: ["knx/ga/1/+/+/set"],
  admin: false,
};

// biome-ignore format: read by column
test.each([
  { topic: "knx/ga/1/1/10/set",                          all: "yes",   lights: "yes" },
  { topic: "knx/ga/1/1/10/get",                          all: "yes",   lights: "write" },
  { topic: "knx/ga/2/1/10/set",                          all: "yes",   lights: "write" },
  { topic: "knx/entity/living/set/brightness",           all: "yes",   lights: "write" },
  { topic: "knx/name/Light/Living/Ceiling/set",          all: "yes",   lights: "write" },
  { topic: "knx/bridge/request/ping",                    all: "yes",   lights: "write" },
  { topic: "knx/bridge/request/device/programming_mode", all: "admin", lights: "write" },
  { topic: "knx/ga/1/1/10/state",                        all: "own",   lights: "own" },
  { topic: "knx/ga/1/1/10/result",                       all: "own",   lights: "own" },
  { topic: "knx/bridge/state",                           all: "own",   lights: "own" },
  { topic: "knx/bridge/response/ping",                   all: "own",   lights: "own" },
  { topic: "homeassistant/device/knx_house_living/config", all: "own", lights: "own" },
  { topic: "homeassistant/device/zigbee_1/config",       all: "yes",   lights: "write" },
  { topic: "homeassistant/status",                       all: "yes",   lights: "write" },
  { topic: "knxother/ga/1/1/10/state",                   all: "yes",   lights: "write" },
  { topic: "$SYS/broker/new/clients",                    all: "write", lights: "write" },
] as const)("publish on $topic: $all, of a light switch: $lights", ({ topic, all, lights }) => {
  expect([mayPublish(OWN, ALL, topic), mayPublish(OWN, LIGHTS, topic)]).toEqual([all, lights]);
});

test("an admin may send admin requests, and is still not the bridge", () => {
  const admin = { ...ALL, admin: true };
  expect(mayPublish(OWN, admin, "knx/bridge/request/device/programming_mode")).toBe("yes");
  expect(mayPublish(OWN, admin, "knx/bridge/state")).toBe("own");
});

// biome-ignore format: read by column
test.each([
  { read: "#",                  topic: "knx/ga/1/1/1/state",   may: true },
  { read: "#",                  topic: "$SYS/broker/uptime",   may: false },
  { read: "+/broker/uptime",    topic: "$SYS/broker/uptime",   may: false },
  { read: "$SYS/#",             topic: "$SYS/broker/uptime",   may: true },
  { read: "knx/ga/+/+/+/state", topic: "knx/ga/1/1/1/state",   may: true },
  { read: "knx/ga/+/+/+/state", topic: "knx/ga/1/1/1/event",   may: false },
  { read: "knx/ga/+/+/+/state", topic: "knx/ga/1/1/state",     may: false },
  { read: "knx/#",              topic: "knx",                  may: true },
  { read: "knx/+",              topic: "knx",                  may: false },
  { read: "knx/+",              topic: "knx/",                 may: true },
  { read: "knx/ga",             topic: "knx/ga/1",             may: false },
  // A level of a topic is what it is.
  { read: "knx/bridge/state",   topic: "knx/+/state",          may: false },
])("read $read, topic $topic: $may", ({ read, topic, may }) => {
  expect(mayRead({ ...ALL, read: [read] }, topic)).toBe(may);
});

// biome-ignore format: read by column
test.each([
  { read: "knx/ga/+/+/+/state", filter: "knx/#",               may: true },
  { read: "knx/ga/+/+/+/state", filter: "#",                   may: true },
  { read: "knx/ga/+/+/+/state", filter: "+/ga/1/+/+/+",        may: true },
  { read: "knx/ga/+/+/+/state", filter: "knx/ga/1/1/1/event",  may: false },
  { read: "knx/ga/+/+/+/state", filter: "knx/bridge/#",        may: false },
  { read: "#",                  filter: "$SYS/#",              may: false },
  { read: "$SYS/#",             filter: "#",                   may: false },
  { read: "knx/#",              filter: "knx",                 may: true },
  { read: "knx",                filter: "knx/#",               may: true },
])("read $read, subscription $filter: $may", ({ read, filter, may }) => {
  expect(maySubscribe({ ...ALL, read: [read] }, filter)).toBe(may);
});
