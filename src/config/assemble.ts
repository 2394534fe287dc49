import { unescape as decodePercent } from "node:querystring";
import { APPLICATIONS } from "../core/app/application/applications.ts";
import { hardwareTypeOf } from "../core/app/application/declaration.ts";
import { FACTORY_SETTINGS } from "../core/app/device/model/settings.ts";
import type { DlConfig } from "../core/config.ts";
import { groupSet } from "../core/group-set.ts";
import type { Config, GpioConfig, LogLevel, MqttConfig } from "./config.ts";
import { type PlacedObject, toObjectConfig } from "./objects.ts";
import type { FileData } from "./schema.ts";
import type { Contents } from "./secrets.ts";
import { defaultSerial } from "./serial.ts";

/** The checked file → what the core and the shell are told. */
export const assemble = (
  file: FileData,
  objects: readonly PlacedObject[],
  contents: Contents,
  machineId: string,
): Config => {
  const { knx, mqtt, device, control } = file;
  const configured =
    knx.objects_from === "ets" ? [] : objects.map((object) => toObjectConfig(object, file.events));
  const groups = groupSet(configured.map(({ ga }) => ga));
  const dl: DlConfig = {
    chip: knx.chip,
    address: knx.address,
    groups,
    acknowledge: knx.acknowledge,
    repetitions: knx.repetitions,
    baud: knx.baud,
  };
  return {
    instance: file.instance,
    stack: {
      dl,
      nl: { hops: knx.hops },
      tlsm: { style: device.style, connections: device.connections },
      device: {
        descriptor: SYSTEM_B,
        serial: device.serial ?? defaultSerial(machineId, file.instance),
        keys: NO_KEYS,
        address: knx.address,
        programmingMode: false,
        orderInfo: ORDER_INFO,
        hardwareType: hardwareTypeOf(APPLICATIONS[device.application].declaration),
        firmwareRevision: FIRMWARE_REVISION,
        maxApduLength: MAX_APDU_LENGTH[knx.chip],
        settings: {
          ...FACTORY_SETTINGS,
          routingCount: knx.hops << 4,
          maxRetryCount: (knx.repetitions.busy << 4) | knx.repetitions.nak,
        },
        loaded: [],
      },
      objects: { objectsFrom: knx.objects_from, groups },
      application: { name: device.application, inputs: [], outputs: [] },
      bridge: {
        base: mqtt.base,
        style: knx.style,
        address: knx.address,
        unknown: mqtt.unknown,
        allowUnknownWrite: mqtt.allow_unknown_write,
        retain: mqtt.retain,
        payload: { name: mqtt.payload.name, scalar: mqtt.payload.scalar },
        bus: { share: knx.bus.share, readRate: knx.bus.read_rate, graceMs: knx.bus.grace },
        limits: LIMITS,
        objects: configured,
      },
    },
    port: { path: knx.port, baud: knx.baud, parity: knx.parity },
    gpio: toGpioConfig(device.programming),
    mqtt: toMqttConfig(file, contents),
    control: control === false ? null : control,
    log: { level: LEVELS[file.log.level] },
  };
};

/** Mask version of a System B device on twisted pair: `device-model.md`. */
const SYSTEM_B = [0x07, 0xb0];

/** PID_ORDER_INFO: `knxpi`, filled up with zeros. */
const ORDER_INFO = [0x6b, 0x6e, 0x78, 0x70, 0x69, 0, 0, 0, 0, 0];

/** PID_FIRMWARE_REVISION: of what is seen over the bus, counted up by hand. */
const FIRMWARE_REVISION = 1;

/**
 * PID_MAX_APDULENGTH, from the longest frame: 64 octets with a TP-UART 2, and so many with a chip that has not said yet which
 * one it is. `tp-uart.md` §4
 */
const MAX_APDU_LENGTH = { tpuart2: 55, auto: 55, ncn5120: 254, e981: 254 } as const;

/** All FF: whoever asks may do everything. */
const NO_KEYS = [0, 1, 2].map(() => [0xff, 0xff, 0xff, 0xff]);

/** `mqtt-interface.md` §3 and §11. */
const LIMITS = { payload: 64 * 1024, messages: 1000 };

const toGpioConfig = ({ button, led }: FileData["device"]["programming"]): GpioConfig => ({
  ...(button && { button: { ...toPin(button), debounceMs: button.debounce } }),
  ...(led && { led: toPin(led) }),
});

const toPin = (pin: { chip: string; line: number; active_low: boolean }) => ({
  chip: pin.chip,
  line: pin.line,
  activeLow: pin.active_low,
});

const toMqttConfig = ({ instance, mqtt }: FileData, contents: Contents): MqttConfig => {
  const address = mqtt.url === undefined ? undefined : new URL(mqtt.url);
  const username = contents.username_file ?? mqtt.username ?? decoded(address?.username);
  const password = contents.password_file ?? mqtt.password ?? decoded(address?.password);
  const keyPassword = contents.key_password_file ?? mqtt.key_password;
  const { ca, cert, key } = contents;
  return {
    ...(address ? { url: withoutCredentials(address) } : {}),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    clientId: mqtt.client_id ?? `knx-${instance}`,
    base: mqtt.base,
    version: VERSIONS[mqtt.version],
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(keyPassword ? { keyPassword } : {}),
    ...(mqtt.server_name ? { serverName: mqtt.server_name } : {}),
    ...(mqtt.alpn ? { alpn: mqtt.alpn } : {}),
    verify: mqtt.verify,
    keepaliveS: Math.ceil(mqtt.keepalive / 1000),
  };
};

const VERSIONS = { auto: "auto", 4: 4, "3.1.1": 4, 5: 5 } as const;

const decoded = (part: string | undefined): string | undefined =>
  part ? decodePercent(part) : undefined;

/** So that no log line can show them. */
const withoutCredentials = (address: URL): string => {
  const plain = new URL(address);
  plain.username = "";
  plain.password = "";
  return plain.href;
};

const LEVELS = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  silent: "silent",
  off: "silent",
} as const satisfies Record<FileData["log"]["level"], LogLevel>;
