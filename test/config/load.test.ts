import { readFileSync } from "node:fs";
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { formatFinding } from "../../src/config/finding.ts";
import { type Loaded, type LoadOptions, loadConfig } from "../../src/config/load.ts";
import { GroupAddress, parseGroupAddress, parseIndividualAddress } from "../../src/core/address.ts";
import { inGroupSet } from "../../src/core/group-set.ts";
import { HOUSE_PROJECT } from "./house-project.ts";

const FILES: Readonly<Record<string, string>> = {
  "/run/credentials/mqtt-password": "from a file\n",
  "/run/credentials/ets-password": "of the project\n",
  "/etc/knxpi/ca.pem": "-----BEGIN CERTIFICATE-----\nca\n",
  "/etc/knxpi/client.pem": "-----BEGIN CERTIFICATE-----\nclient\n",
  "/etc/knxpi/client.key": "-----BEGIN PRIVATE KEY-----\nkey\n",
  "/home/beside": "beside the configuration\n",
};

const load = (text: string, options: Partial<LoadOptions> = {}): Loaded =>
  loadConfig(text, {
    path: "/home/house.yaml",
    env: { SECRET: "0123", SHARE: "0.25" },
    readFile: (path) => {
      const content = FILES[path];
      if (content === undefined) throw new Error(`no such file: ${path}`);
      return content;
    },
    ...options,
  });

const lines = (findings: Loaded["warnings"]) => findings.map((found) => formatFinding("f", found));

const config = (text: string, options?: Partial<LoadOptions>): Config => {
  const loaded = load(text, options);
  if (!loaded.ok) throw new Error(lines(loaded.errors).join("\n"));
  return loaded.config;
};

const errors = (text: string): readonly string[] => {
  const loaded = load(text);
  return loaded.ok ? [] : lines(loaded.errors);
};

const warnings = (text: string, options?: Partial<LoadOptions>) =>
  lines(load(text, options).warnings);

const KNX = "knx: {address: 1.1.250}\n";

const object = (options: string): string => `${KNX}objects:\n  - ${options}\n`;

const objects = (text: string) => config(text).stack.bridge.objects;

describe("whole files", () => {
  const contract = readFileSync(new URL("contract.yaml", import.meta.url), "utf8");
  const documented = readFileSync(
    new URL("../../firmware-notes/house.yaml", import.meta.url),
    "utf8",
  );

  test.each([
    ["mqtt-interface §19", contract],
    ["firmware-notes/house.yaml", documented],
  ])("%s has nothing wrong", (_, text) => {
    const project = { ok: true, project: HOUSE_PROJECT } as const;
    const loaded = load(text, { mode: 0o100644, project });
    expect(loaded.ok ? [] : lines(loaded.errors)).toEqual([]);
    expect(lines(loaded.warnings)).toEqual([]);
  });

  test("the least that is needed, and what follows from it", () => {
    expect(config(KNX)).toMatchObject({
      instance: "house",
      port: { path: "auto", baud: 19200, parity: "even" },
      mqtt: { clientId: "knx-house", base: "knx", version: "auto", verify: true, keepaliveS: 30 },
      log: { level: "info" },
      stack: {
        dl: { chip: "auto", address: parseIndividualAddress("1.1.250"), acknowledge: "host" },
        nl: { hops: 6 },
        bridge: { style: "3-level", bus: { share: 0.35, readRate: 5, graceMs: 20_000 } },
      },
    });
    expect(config(KNX).mqtt).not.toHaveProperty("url");
  });

  test("of the example, what the bus and the broker are told", () => {
    const { mqtt, stack } = config(contract);
    expect(mqtt).toMatchObject({
      url: "mqtts://broker.lan:8883",
      username: "knx",
      password: "from a file",
      ca: "-----BEGIN CERTIFICATE-----\nca",
      clientId: "knx-house",
    });
    const listed = ["1/1/20", "1/4/20", "4/0/12", "1/1/17", "5/0/1"];
    // The last two are those of the time.
    const known = [...listed, "0/0/1", "0/0/2"].map(parseGroupAddress);
    expect(stack.bridge.objects.map(({ ga }) => ga)).toEqual(known);
    for (const ga of known) expect(inGroupSet(stack.dl.groups, ga ?? 0)).toBe(true);
    expect(inGroupSet(stack.dl.groups, GroupAddress(3))).toBe(false);
  });
});

describe("what YAML would take for something else", () => {
  test("an unquoted datapoint type keeps its characters", () => {
    const text = `${KNX}objects:\n  - {ga: 1/1/1, dpt: 9.010}\n  - {ga: 1/1/2, dpt: 1.100}\n`;
    expect(objects(text).map(({ dpt }) => dpt)).toEqual(["9.010", "1.100"]);
  });

  test("so do names, free group addresses and passwords", () => {
    const text = `${KNX}mqtt: {password: 0123}\nobjects: [{ga: 2563, name: 007}]\n`;
    expect(config(text).mqtt.password).toBe("0123");
    expect(objects(text)).toMatchObject([{ ga: 2563, name: "007" }]);
  });

  test("a key without a value is as if it were not there", () => {
    const text = `${KNX}mqtt:\ndefaults:\nlog:\nobjects:\n  - ga: 1/2/3\n    name:\n`;
    expect(objects(text)).toHaveLength(1);
    expect(objects(text)[0]).not.toHaveProperty("name");
  });

  test("a type in another spelling", () => {
    expect(objects(object('{ga: 1/2/3, dpt: "DPST-9-1"}'))[0]?.dpt).toBe("9.001");
  });
});

describe("values from outside", () => {
  test("environment and files, beside the configuration or anywhere", () => {
    const text = `${KNX}mqtt: {password: "\${SECRET}", username: !file beside}\n`;
    expect(config(text).mqtt).toMatchObject({
      password: "0123",
      username: "beside the configuration",
    });
  });

  test("an unquoted variable is read as what it stands for", () => {
    const text = `knx:\n  address: 1.1.250\n  bus:\n    share: \${SHARE}\nmqtt:\n  password: \${SECRET}\n`;
    expect(config(text).stack.bridge.bus.share).toBe(0.25);
    expect(config(text).mqtt.password).toBe("0123");
  });

  test("credentials in the address of the broker are taken out of it", () => {
    expect(config(`${KNX}mqtt: {url: "mqtt://me:p%40ss@broker:1883"}\n`).mqtt).toMatchObject({
      url: "mqtt://broker:1883",
      username: "me",
      password: "p@ss",
    });
    expect(config(`${KNX}mqtt: {url: "mqtt://me:100%@broker"}\n`).mqtt.password).toBe("100%");
  });

  test("a missing variable or file is an error at its place", () => {
    const text = `${KNX}mqtt:\n  username: \${NOBODY}\n  password: !file nowhere\n  ca: gone.pem\n`;
    expect(errors(text)).toEqual([
      `f:3:13 mqtt.username: \${NOBODY}: there is no such environment variable (unset_variable)`,
      "f:4:19 mqtt.password: no such file: /home/nowhere (unreadable)",
      "f:5:7 mqtt.ca: no such file: /home/gone.pem (unreadable)",
    ]);
  });

  test("a secret in a file that others may read is worth a warning", () => {
    const text = `${KNX}mqtt: {password: hunter2}\n`;
    expect(warnings(text, { mode: 0o100600 })).toEqual([]);
    expect(warnings(`${KNX}mqtt: {password: "\${SECRET}"}\n`, { mode: 0o100644 })).toEqual([]);
    expect(warnings(text, { mode: 0o100644 })).toEqual([
      "f:2:18 mqtt.password: password in the file, which others may read (mode 0644); use password_file (secret_inline)",
    ]);
  });
});

describe("every error has its place, its code and a suggestion", () => {
  // biome-ignore format: read by column
  const WRONG = [
    [object("ga: 1/9/3"),                 'f:3:9 objects[0].ga: "1/9/3": the middle group goes from 0 to 7 (bad_ga)'],
    [object("ga: 32/0/1"),                'f:3:9 objects[0].ga: "32/0/1": the main group goes from 0 to 31 (bad_ga)'],
    [object("ga: 1/2048"),                'f:3:9 objects[0].ga: "1/2048": the sub group goes from 0 to 2047 (bad_ga)'],
    [object("ga: lamp"),                  'f:3:9 objects[0].ga: "lamp": a group address is written 1/2/3, 1/515 or 2563 (bad_ga)'],
    [object("ga: 0/0/0"),                 'f:3:9 objects[0].ga: "0/0/0": this is the broadcast address and cannot be an object (zero_ga)'],
    [object("name: lamp"),                "f:3:5 objects[0].ga: ga is needed (missing)"],
    [object("{ga: 1/2/3, dpt: 9.1}"),     'f:3:22 objects[0].dpt: "9.1": this is not a datapoint type, did you mean 9.001? (unknown_dpt)'],
    [object("{ga: 1/2/3, dpt: 9.01}"),    'f:3:22 objects[0].dpt: "9.01": this is not a datapoint type, did you mean 9.001 or 9.010? (unknown_dpt)'],
    [object("{ga: 1/2/3, dpt: temprature}"), 'f:3:22 objects[0].dpt: "temprature": this is not a datapoint type, did you mean 9.001? (unknown_dpt)'],
    [object("{ga: 1/2/3, provide: true}"), "f:3:26 objects[0].provide: provide: true needs a dpt (dpt_required)"],
    [object("{ga: 1/2/3, nmae: lamp}"),   'f:3:17 objects[0].nmae: unknown key "nmae", did you mean "name"? (unknown_key)'],
    [object("{ga: 1/2/3, priority: hihg}"), 'f:3:27 objects[0].priority: "hihg": one of low, normal, urgent is needed (bad_value)'],
    [object("{ga: 1/2/3, cyclic: 20 minutes}"), 'f:3:25 objects[0].cyclic: "20 minutes": a duration is written 500ms, 30s, 20min, 2h or 7d; a bare number is seconds (bad_value)'],
    ["knx: {address: 1.1.0}",             'f:1:16 knx.address: "1.1.0": this address is reserved for a coupler (ia_invalid)'],
    ["knx: {address: 1.16.1}",            'f:1:16 knx.address: "1.16.1": an individual address is written 1.1.250 and goes from 0.0.1 to 15.15.255 (ia_invalid)'],
    ["knx: {address: 1.1.250, chip: tpuart3}", 'f:1:31 knx.chip: "tpuart3": one of auto, tpuart2, tp-uart2, tp-uart, tpuart, ncn5120, ncn5121, ncn5130, e981, e981.03 is needed, did you mean "tpuart2"? (bad_value)'],
    [`${KNX}mqtt: {base: "knx/"}`,        'f:2:14 mqtt.base: "knx/": a base topic has no wildcard, no $ or / in front, and no / at its end (bad_base)'],
    [`${KNX}mqtt: {base: $SYS}`,          'f:2:14 mqtt.base: "$SYS": a base topic has no wildcard, no $ or / in front, and no / at its end (bad_base)'],
    [`${KNX}mqtt: {url: "broker.lan"}`,   'f:2:13 mqtt.url: "broker.lan": a broker is written mqtt://host:1883, mqtts://host:8883, ws:// or wss:// (bad_url)'],
    [`${KNX}mqtt: {password_file: beside, password: x}`, "f:2:23 mqtt.password_file: password is given twice; leave one out (conflict)"],
    [`${KNX}objects: [{ga: 4/1/1, dpt: "9.001"}]\nentities: [{id: x, type: climate, temperature: 4/1/1, min: 16, max: 14}]`, "f:3:60 entities[0].min: min 16 is above max 14 (unsafe_range)"],
    [`${KNX}instance: My House`,          'f:2:11 instance: "My House": 1 to 24 of a-z, 0-9, _ and - (bad_value)'],
    [`${KNX}instance: a\ninstance: b`,    "f:3:1 Map keys must be unique (duplicate_key)"],
    [`${KNX}log: \t{ a: ]`,                 "f:2:12 Flow map in block collection must be sufficiently indented and end with a } (yaml_syntax)"],
    [`${KNX}objects: [1`,                 "f:2:12 Flow sequence in block collection must be sufficiently indented and end with a ] (yaml_syntax)"],
    ["",                                  "f:1:1 knx: knx is needed, with at least an address: a free one of your line, such as 1.1.250 (missing)"],
  ] as const;

  test.each(WRONG)("%s", (text, message) => {
    expect(errors(text)).toEqual([message]);
  });

  test("all at once, in the order of the file", () => {
    const text = `version: 2
knx:
  adress: 1.1.250
objects:
  - ga: 1/1/20
  - ga: 1/9/20
  - ga: 1/1/20
    naem: twice and misspelt
`;
    expect(errors(text)).toEqual([
      "f:1:10 version: 2: this version reads files of version 1 (bad_value)",
      "f:3:3 knx.address: address is needed: this version cannot be given its address by ETS, so choose a free one of your line, such as 1.1.250 (missing)",
      'f:3:3 knx.adress: unknown key "adress", did you mean "address"? (unknown_key)',
      'f:6:9 objects[1].ga: "1/9/20": the middle group goes from 0 to 7 (bad_ga)',
      'f:7:9 objects[2].ga: "1/1/20": this address is defined twice (lines 5 and 7) (duplicate_ga)',
      'f:8:5 objects[2].naem: unknown key "naem", did you mean "name"? (unknown_key)',
    ]);
  });

  test("a secret is never shown", () => {
    expect(errors(`${KNX}mqtt: {url: "mqt://me:hunter2@broker"}\n`)).toEqual([
      "f:2:13 mqtt.url: a broker is written mqtt://host:1883, mqtts://host:8883, ws:// or wss:// (bad_url)",
    ]);
    expect(errors(`${KNX}mqtt: {password: [hunter2]}\n`)).toEqual([
      "f:2:18 mqtt.password: text is needed (wrong_type)",
    ]);
  });
});

describe("warnings", () => {
  // biome-ignore format: read by column
  const WARNED = [
    ["knx: {address: 15.15.255}",          "f:1:16 knx.address: this is the address of every device that was never programmed; choose another (ia_default)"],
    [object('{ga: 1/2/3, dpt: "300.056"}'), "f:3:22 objects[0].dpt: 300.056 is only known as raw octets in this version (dpt_raw_only)"],
    [object('{ga: 1/2/3, dpt: "9.001", poll: 59}'), "f:3:37 objects[0].poll: every 59 s is often for a bus; 60s and more is reasonable, and a device that sends on its own is better (poll_short)"],
    [object('{ga: 1/2/3, dpt: "9.999"}'),  "f:3:22 objects[0].dpt: 9.999 is not a subtype we know; it is treated as 9.xxx (unknown_dpt)"],
    ["knx: {address: 1.1.250, objects_from: ets}\nobjects: [{ga: 1/2/3}]", "f:2:1 objects: objects are not used with objects_from: ets; both uses them beside those of ETS (inactive)"],
  ] as const;

  test.each(WARNED)("%s", (text, message) => {
    expect(errors(text)).toEqual([]);
    expect(warnings(text)).toEqual([message]);
  });

  test("what asks for nothing needs no warning", () => {
    const text = `${KNX}homeassistant: {enabled: false}\nlinks: []\nlog: {mqtt: off}\n`;
    expect(warnings(`${text}mqtt: {topics: address, requests: off}\n`)).toEqual([]);
  });
});

describe("defaults and events", () => {
  const TEXT = `${KNX}
events: ["1/1/*"]
defaults:
  - {match: "*/*/*", priority: normal, publish: on_change}
  - {match: "4/0/*", priority: urgent, writable: false}
  - {match: "1/*", alarm: true}
objects:
  - {ga: 1/1/17}
  - {ga: 1/2/17, priority: low, events: true}
  - {ga: 4/0/1}
  - {ga: 4/0/2, writable: true}
`;

  test("apply in order; the object itself goes before", () => {
    expect(objects(TEXT)).toMatchObject([
      { priority: "normal", publish: "changes", alarm: true, writable: true, events: true },
      { priority: "low", publish: "changes", alarm: true, writable: true, events: true },
      { priority: "urgent", publish: "changes", alarm: false, writable: false, events: false },
      { priority: "urgent", publish: "changes", alarm: false, writable: true, events: false },
    ]);
  });
});

describe("where group objects come from", () => {
  // biome-ignore format: read by column
  test.each([
    { from: "yaml", bridge: 1, acknowledged: true },
    { from: "both", bridge: 1, acknowledged: true },
    { from: "ets",  bridge: 0, acknowledged: false },
  ])("$from", ({ from, bridge, acknowledged }) => {
    const { stack } = config(
      `knx: {address: 1.1.250, objects_from: ${from}}\nobjects: [{ga: 1/2/3}]`,
    );
    expect(stack.objects.objectsFrom).toBe(from);
    expect(stack.bridge.objects).toHaveLength(bridge);
    expect(inGroupSet(stack.dl.groups, GroupAddress(0x0a03))).toBe(acknowledged);
    expect(stack.objects.groups).toEqual(stack.dl.groups);
  });
});

// biome-ignore format: read by column
const DURATIONS = [
  ["500ms", 500], ["30s", 30_000], ["20min", 1_200_000], ["2h", 7_200_000], ["7d", 604_800_000], ["20", 20_000], ["0.5", 500],
] as const;

test.each(DURATIONS)("%s is %d ms", (text, ms) => {
  expect(config(`knx: {address: 1.1.250, bus: {grace: ${text}}}`).stack.bridge.bus.graceMs).toBe(
    ms,
  );
});

// biome-ignore format: read by column
const CHIPS = [
  ["auto", "auto"], ["tpuart2", "tpuart2"], ["TP-UART2", "tpuart2"], ["tpuart", "tpuart2"], ["ncn5120", "ncn5120"],
  ["NCN5121", "ncn5120"], ["ncn5130", "ncn5120"], ["e981", "e981"], ["e981.03", "e981"],
] as const;

test.each(CHIPS)("chip %s is %s", (name, kind) => {
  expect(config(`knx: {address: 1.1.250, chip: ${name}}`).stack.dl.chip).toBe(kind);
});

test("the state of the core can be made of it: it is JSON", () => {
  const { stack } = config(object("{ga: 1/2/3, dpt: 9.001}"));
  expect(JSON.parse(JSON.stringify(stack))).toEqual(stack);
});

test.prop([
  fc.string({
    unit: fc.constantFrom(..."knx: addres1.\n -[]{}&*!#|>%@`'\"$,0/".split("")),
    maxLength: 200,
  }),
])("whatever the file holds, it is accepted or refused", (text) => {
  const loaded = load(text);
  if (!loaded.ok) expect(loaded.errors).not.toEqual([]);
});

test.prop([fc.jsonValue()])(
  "whatever stands where the objects belong, it is accepted or refused",
  (value) => {
    const loaded = load(
      JSON.stringify({ knx: { address: "1.1.250" }, objects: value, defaults: value }),
    );
    if (!loaded.ok) expect(loaded.errors).not.toEqual([]);
  },
);
