import { readFileSync } from "node:fs";
import { loadConfig } from "../../src/config/load.ts";
import { readGet, readSet } from "../../src/core/app/bridge/commands/payload.ts";
import { encode, knownDpts } from "../../src/core/dpt/dpt.ts";
import type { Control } from "../../src/shell/control/control.ts";
import { createLines } from "../../src/shell/control/lines.ts";
import { checkParams, isProcedure, PROCEDURES } from "../../src/shell/control/methods.ts";
import { createRpc } from "../../src/shell/control/rpc.ts";
import { testStack } from "../../src/testing/stack.ts";
import { hold, type Target, textIn, utf8 } from "./target.ts";

const PAYLOADS = [
  "on",
  "21.5",
  "",
  "null",
  '{"value":21.5,"id":"a1","ttl_ms":5000,"confirm":true}',
  '{"raw":"0c2f","service":"response","priority":"urgent","dpt":"9.001"}',
  '{"r":255,"g":128,"b":0}',
  '"2026-01-31T06:15:02Z"',
  '{"from":"cache","max_age_ms":1000,"timeout_ms":300}',
];
const TOPICS = [
  "knx/ga/1/2/3/set",
  "knx/ga/1/2/3/get",
  "knx/ga/1/2/4/set",
  "knx/bridge/request/group/batch",
  "knx/bridge/request/telegrams/history",
  "knx/bridge/request/objects/list",
  "knx/bridge/request/device/scan",
  "knx/bridge/request/config/apply",
  "knx/entity/lamp/set",
];
const WORDS = [
  ...["value", "raw", "id", "ttl_ms", "items", "match", "true", "null", "1e999", "-0", "\\u0000"],
  ...["{", "}", "[", "]", ":", ",", '"', "\n", "  - ", "#", "&a", "*a", "!!binary", "<<: "],
].map(utf8);

const YAML = readFileSync("firmware-notes/house.yaml", "utf8");
const SECTIONS = YAML.split(/\n(?=[a-z]+:)/).map(
  (section) => `knx: {address: 1.1.250}\n${section}`,
);

export const PEOPLE_TARGETS: readonly Target[] = [
  {
    name: "payload",
    is: "text",
    seeds: PAYLOADS.map(utf8),
    words: WORDS,
    most: 400,
    run(input) {
      const text = textIn(input);
      readGet(text);
      const read = readSet(text);
      if (!read.ok || read.request.content.is === "raw") return;
      const { value } = read.request.content;
      for (const dpt of knownDpts()) {
        const encoded = encode(dpt, value);
        if (!encoded.ok) continue;
        for (const octet of encoded.value.octets)
          hold(
            `${dpt.id}: octets are octets`,
            Number.isInteger(octet) && octet >= 0 && octet < 256,
          );
      }
    },
  },
  {
    // A topic, a line, and a payload. Every request has one answer; nothing gets stuck.
    name: "message",
    is: "text",
    seeds: TOPICS.flatMap((topic, index) =>
      [`${topic}\n${PAYLOADS[index % PAYLOADS.length]}`, `${topic}\n{"id":"x"}`].map(utf8),
    ),
    words: [...WORDS, ...TOPICS.map(utf8)],
    most: 600,
    run(input) {
      const [topic = "", ...rest] = textIn(input).split("\n");
      const payload = rest.join("\n");
      const stack = testStack({
        bridge: { requests: "admin" },
        objects: { "1/2/3": { dpt: "9.001" }, "1/2/4": { dpt: "232.600" } },
      });
      stack.deliver({ for: "bridge", type: "broker.ind", connected: true, at: stack.clock.now() });
      stack.clock.advance(5_000);
      stack.effects();
      const size = input.length;
      stack.deliver({
        ...{ for: "bridge", type: "message.ind", topic, payload, size, retain: false },
        at: stack.clock.now(),
      });
      stack.clock.advance(1_000);
      for (const effect of stack.effects())
        if (effect.for === "mqtt" && effect.type === "publish" && effect.json)
          JSON.parse(effect.payload);
      const text = JSON.stringify(stack.state);
      hold("the state is JSON", JSON.stringify(JSON.parse(text)) === text);
    },
  },
  {
    name: "configuration",
    is: "text",
    seeds: SECTIONS.map(utf8),
    words: [...WORDS, ...(YAML.match(/[a-z_]+:/g)?.map(utf8) ?? [])],
    most: 3_000,
    run(input) {
      const text = textIn(input);
      const lines = text.split(/\r\n|\r|\n/).length;
      const loaded = loadConfig(text, {
        path: "/house.yaml",
        env: {},
        readFile: () => {
          throw new Error("no such file");
        },
      });
      const errors = loaded.ok ? [] : loaded.errors;
      hold("what is refused is told why", loaded.ok || errors.length > 0);
      for (const { line, column, message } of [...errors, ...loaded.warnings])
        hold(
          `a place in the file: ${line}:${column} ${message}`,
          line >= 1 && line <= lines && column >= 1,
        );
    },
  },
  {
    name: "control",
    is: "text",
    seeds: [
      '{"jsonrpc":"2.0","id":1,"method":"status"}\n',
      '{"jsonrpc":"2.0","id":"a","method":"device.info","params":{"address":"1.1.5"}}\n',
      '[{"jsonrpc":"2.0","id":1,"method":"mem.read","params":{"address":"1.1.5","from":16384,"count":12}}]\n',
    ].map(utf8),
    words: [...WORDS, ...Object.keys(PROCEDURES).map(utf8)],
    most: 1_000,
    async run(input) {
      const rpc = createRpc();
      for (const line of createLines(65_536)(Buffer.from(input)) ?? []) {
        const answer = await rpc(line, SESSION);
        hold("an answer is JSON", answer === null || JSON.stringify(answer) !== undefined);
      }
    },
  },
];

/** Parameters are checked, and nothing is done. */
const SESSION: ReturnType<Control["join"]> = {
  name: "fuzz",
  async request(method, params) {
    if (isProcedure(method)) checkParams(PROCEDURES[method], params);
    return null;
  },
  leave: () => undefined,
};
