import * as z from "zod";
import type { TlsmStyle } from "../core/config.ts";
import { DEVICES } from "./devices.ts";
import { ENTITY } from "./entities.ts";
import { HA, HOMEASSISTANT } from "./homeassistant.ts";
import { HTTP } from "./http.ts";
import { LINK } from "./links.ts";
import { LISTEN } from "./listen.ts";
import { LOG } from "./log.ts";
import { PROJECT } from "./project.ts";
import { RECORDER } from "./recorder.ts";
import { section } from "./section.ts";
import { TIME } from "./time.ts";
import {
  baseTopic,
  brokerUrl,
  datapointType,
  duration,
  fileMode,
  groupAddress,
  hysteresis,
  individualAddress,
  pattern,
  port,
  serialNumber,
} from "./words.ts";

/* The configuration file, `mqtt-interface.md` §19. */

const text = z.string();
const maybe = z.boolean().exactOptional();
const yesOrNo = (standard: boolean) => z.boolean().default(standard);

/** Chips by every name people give them; NCN5120, 5121 and 5130 speak alike. */
const CHIPS = {
  auto: "auto",
  tpuart2: "tpuart2",
  "tp-uart2": "tpuart2",
  "tp-uart": "tpuart2",
  tpuart: "tpuart2",
  ncn5120: "ncn5120",
  ncn5121: "ncn5120",
  ncn5130: "ncn5120",
  e981: "e981",
  "e981.03": "e981",
} as const;

const chip = z
  .string()
  .toLowerCase()
  .pipe(z.enum(Object.keys(CHIPS).filter((name): name is keyof typeof CHIPS => name in CHIPS)))
  .transform((name) => CHIPS[name])
  .describe("auto, tpuart2, ncn5120, ncn5121, ncn5130 or e981.03");

const BUS = section({
  share: z.number().min(0.01).max(1).default(0.35).describe("Own part of the airtime"),
  read_rate: z.number().positive().max(50).default(5).describe("Reads a second"),
  grace: duration.prefault("20s").describe("Before bridge/bus says offline"),
  stale_after_outage: duration.prefault("5min"),
});

const KNX = section(
  {
    port: port.default("auto"),
    chip: chip.prefault("auto"),
    address: individualAddress,
    style: z.enum(["3-level", "2-level", "free"]).default("3-level"),
    bus: BUS.prefault({}),
    objects_from: z
      .enum(["yaml", "ets", "both"])
      .default("yaml")
      .describe("Where group objects come from: this file, ETS, or both"),
    baud: z
      .union([z.literal(9600), z.literal(19200), z.literal(38400), z.literal(115200)], {
        error: "the transceivers know 9600, 19200, 38400 and 115200 baud",
      })
      .default(19200),
    parity: z.enum(["even", "none"]).default("even"),
    acknowledge: z.enum(["host", "chip"]).default("host").describe("Who acknowledges telegrams"),
    repetitions: section({
      nak: z.int().min(0).max(7).default(3),
      busy: z.int().min(0).max(7).default(3),
    }).prefault({}),
    hops: z.int().min(0).max(7).default(6).describe("Hop count of own telegrams"),
  },
  "knx is needed, with at least an address: a free one of your line, such as 1.1.250",
);

const CHIP = text
  .regex(/^(gpiochip\d+|\/dev\/\S+)$/, {
    error: "a GPIO chip is written gpiochip0, or as a path in /dev; gpiodetect lists them",
  })
  .default("gpiochip0");
const LINE = z.int().min(0).max(1023).describe("On a Raspberry Pi the number of the GPIO: 17");

/** @param debounce of one that says nothing */
const inputPin = (debounce: string) =>
  section({
    chip: CHIP,
    line: LINE,
    active_low: yesOrNo(true).describe("true: pressed, or closed, is 0 V"),
    debounce: duration
      .refine((ms) => ms >= 1 && ms <= 1000, { error: "from 1ms to 1s" })
      .prefault(debounce)
      .describe("How long a level lasts that counts"),
  });

const OUTPUT_PIN = section({
  chip: CHIP,
  line: LINE,
  active_low: yesOrNo(false).describe("true: on is 0 V"),
});

const PROGRAMMING = section({
  button: inputPin("30ms").exactOptional(),
  led: OUTPUT_PIN.exactOptional(),
});

const DEVICE = section({
  connections: z.int().min(1).max(16).default(1).describe("Partners that may be connected to us"),
  style: z
    .union([z.enum(["3", "1", "1r"]), z.literal(1), z.literal(3)], {
      error: 'style is "3", "1" or "1r", the machines of the standard',
    })
    .transform((style): TlsmStyle => (style === 1 ? "1" : style === 3 ? "3" : style))
    .prefault("3")
    .describe("Which state machine of the transport layer"),
  serial: serialNumber.exactOptional(),
  programming: PROGRAMMING.prefault({}),
  application: z
    .enum(["bridge", "thermostat", "gpio"])
    .default("bridge")
    .describe("What works with the objects that ETS loads"),
  // Short: what ETS sets as debounce time of the application comes on top.
  inputs: z.array(inputPin("5ms")).default([]).describe("Pins of its inputs, in its order"),
  outputs: z.array(OUTPUT_PIN).default([]).describe("Pins of its outputs, in its order"),
});

const CONTROL = section({
  socket: text
    .regex(/^\//, { error: "a path from the root is needed: /run/knxpi/house.sock" })
    .exactOptional()
    .describe("Path of the control socket"),
  mode: fileMode.prefault("0660"),
});

/** Of a state: `mqtt-interface.md` §5.1. */
const STATE_FIELDS = [
  ...["ga", "name", "dpt", "value", "text", "detail", "unit", "raw", "bits"],
  ...["service", "source", "origin", "quality", "ts", "changed", "id"],
];

const MQTT = section({
  url: brokerUrl.exactOptional(),
  username: text.exactOptional(),
  username_file: text.exactOptional(),
  password: text.exactOptional(),
  password_file: text.exactOptional(),
  client_id: text.min(1).exactOptional(),
  ca: text.exactOptional().describe("PEM file"),
  cert: text.exactOptional().describe("PEM file"),
  key: text.exactOptional().describe("PEM file"),
  key_password: text.exactOptional(),
  key_password_file: text.exactOptional(),
  server_name: text.exactOptional(),
  alpn: z.union([text.transform((name) => [name]), z.array(text)]).exactOptional(),
  verify: yesOrNo(true).describe("false: any certificate is accepted"),
  listen: LISTEN.exactOptional().describe("Where the embedded broker listens, and for whom"),
  keepalive: duration.prefault("30s"),
  base: baseTopic.default("knx"),
  version: z
    .union([z.enum(["auto", "4", "5", "3.1.1"]), z.literal(4), z.literal(5)], {
      error: "version is auto, 5, or 4 for MQTT 3.1.1",
    })
    .default("auto"),
  topics: z.enum(["address", "name", "both"]).default("address"),
  requests: z.enum(["off", "basic", "admin"]).default("basic"),
  payload: section({
    scalar: yesOrNo(false),
    name: yesOrNo(true),
    fields: z.array(z.enum(STATE_FIELDS)).exactOptional(),
  }).prefault({}),
  unknown: z.enum(["event", "state", "ignore"]).default("event"),
  allow_unknown_write: yesOrNo(false),
  retain: yesOrNo(true),
  user_properties: yesOrNo(false),
  events_after_reconnect: yesOrNo(false),
  cleanup: yesOrNo(true),
  allow: z.array(pattern).exactOptional(),
  deny: z.array(pattern).default([]),
});

/** What an object and a default can both say. */
const OPTIONS = {
  dpt: datapointType.exactOptional(),
  writable: maybe,
  priority: z.enum(["low", "normal", "urgent"]).exactOptional(),
  alarm: maybe,
  provide: maybe,
  transmit: z.enum(["changes", "always"]).exactOptional(),
  events: maybe,
  publish: z.enum(["always", "on_change"]).exactOptional(),
  room: text.exactOptional(),
  description: text.exactOptional(),
  read_on_init: maybe,
  publish_heartbeat: duration.exactOptional(),
  hysteresis: hysteresis.exactOptional(),
  min_interval: duration.exactOptional(),
  cyclic: duration.exactOptional(),
  on_bus_return: z.enum(["send", "silent"]).exactOptional(),
  on_start: z.enum(["send", "silent"]).exactOptional(),
  answer_restored: maybe,
  expire_after: duration.refine((ms) => ms >= 1_000, { error: "at least 1s" }).exactOptional(),
  refresh: maybe,
  poll: duration.refine((ms) => ms >= 1_000, { error: "a poll is at least 1s" }).exactOptional(),
  truncate: maybe,
  dedupe: maybe,
  confirm_write: maybe,
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  ha: HA.exactOptional(),
};

export const OBJECT = section({
  ga: groupAddress,
  name: text.exactOptional(),
  ...OPTIONS,
  state_ga: groupAddress.exactOptional(),
  alias: text
    .regex(/^[^/+#\p{Cc}]+(\/[^/+#\p{Cc}]+)*$/u, { error: "levels of a topic, without + and #" })
    .exactOptional()
    .describe("Instead of the path below <base>/name/"),
  scenes: z
    .record(
      text.regex(/^([1-9]|[1-5]\d|6[0-4])$/, { error: "a scene has a number from 1 to 64" }),
      text,
    )
    .exactOptional(),
});
export type ObjectEntry = z.output<typeof OBJECT>;

export const DEFAULT = section({ match: pattern, ...OPTIONS });
export type DefaultEntry = z.output<typeof DEFAULT>;

export const FILE = section({
  version: z.literal(1, { error: "this version reads files of version 1" }).default(1),
  instance: z
    .string()
    .regex(/^[a-z0-9_-]{1,24}$/, { error: "1 to 24 of a-z, 0-9, _ and -" })
    .default("house")
    .describe("Part of ids, so do not change it later"),
  knx: KNX,
  mqtt: MQTT.prefault({}),
  device: DEVICE.prefault({}),
  control: z
    .union([z.literal(false), CONTROL])
    .prefault({})
    .describe("false: no control socket"),
  defaults: z.array(DEFAULT).default([]),
  objects: z.array(OBJECT).default([]),
  events: z.union([z.boolean(), z.array(pattern)]).default(false),
  http: HTTP.prefault({}).describe("Metrics and health; false: none"),
  log: LOG.prefault({}),
  homeassistant: HOMEASSISTANT.exactOptional(),
  project: PROJECT.exactOptional(),
  entities: z.array(ENTITY).exactOptional(),
  links: z.array(LINK).exactOptional(),
  time: TIME.exactOptional(),
  devices: DEVICES.exactOptional(),
  recorder: RECORDER.exactOptional(),
});
export type FileData = z.output<typeof FILE>;

/** JSON Schema of the file, for editors. */
export const fileSchema = (): object => ({
  title: "knxpi configuration",
  ...z.toJSONSchema(FILE, { io: "input" }),
});
