import { unescape as decodePercent } from "node:querystring";
import { APPLICATIONS } from "../core/app/application/applications.ts";
import { hardwareTypeOf } from "../core/app/application/declaration.ts";
import { ABOUT_NOTHING } from "../core/app/bridge/info/about.ts";
import { FACTORY_SETTINGS } from "../core/app/device/model/settings.ts";
import type { DlConfig } from "../core/config.ts";
import { groupSet } from "../core/group-set.ts";
import { type Octets, toCompactHex } from "../core/octets.ts";
import type { Config, GpioConfig, MqttConfig } from "./config.ts";
import { toDevicesConfig } from "./devices.ts";
import { toEntityConfigs } from "./entities.ts";
import { toDiscoveryConfig } from "./homeassistant.ts";
import { toHttpConfig } from "./http.ts";
import { toLinkConfigs, withLinks } from "./links.ts";
import { toListenConfig } from "./listen.ts";
import { toLogConfig, toMqttLevel } from "./log.ts";
import { type PlacedObject, toObjectConfig } from "./objects.ts";
import { toRecorderConfig } from "./recorder.ts";
import type { FileData } from "./schema.ts";
import type { Contents } from "./secrets.ts";
import { defaultSerial } from "./serial.ts";
import { toTimeConfig, withTimeObjects } from "./time.ts";

/** The checked file → what the core and the shell are told. */
export const assemble = (
  file: FileData,
  objects: readonly PlacedObject[],
  contents: Contents,
  machineId: string,
): Config => {
  const { knx, mqtt, device, control } = file;
  const listed =
    knx.objects_from === "ets" ? [] : objects.map((object) => toObjectConfig(object, file.events));
  const configured = withTimeObjects(withLinks(listed, file.links), file.time);
  const groups = groupSet(configured.map(({ ga }) => ga));
  const serial = device.serial ?? defaultSerial(machineId, file.instance);
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
        serial,
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
      application: { name: device.application },
      bridge: {
        instance: file.instance,
        instanceId: instanceIdOf(serial),
        base: mqtt.base,
        style: knx.style,
        address: knx.address,
        unknown: mqtt.unknown,
        allowUnknownWrite: mqtt.allow_unknown_write,
        allow: mqtt.allow ?? null,
        deny: mqtt.deny,
        retain: mqtt.retain,
        topics: mqtt.topics,
        requests: mqtt.requests,
        payload: {
          name: mqtt.payload.name,
          scalar: mqtt.payload.scalar,
          fields: mqtt.payload.fields ?? null,
        },
        userProperties: mqtt.user_properties,
        eventsAfterReconnect: mqtt.events_after_reconnect,
        cleanup: mqtt.cleanup,
        lookBack: mqtt.url !== undefined && mqtt.retain,
        log: toMqttLevel(file.log),
        bus: {
          share: knx.bus.share,
          readRate: knx.bus.read_rate,
          graceMs: knx.bus.grace,
          staleMs: knx.bus.stale_after_outage,
        },
        limits: LIMITS,
        objects: configured,
        entities: toEntityConfigs(file.entities),
        links: toLinkConfigs(file.links),
        time: toTimeConfig(file.time),
        discovery: toDiscoveryConfig(file.homeassistant),
        devices: toDevicesConfig(file.devices),
        history: file.recorder?.memory ?? HISTORY,
        about: {
          ...ABOUT_NOTHING,
          mask: toCompactHex(SYSTEM_B),
          port: shownPort(knx.port),
          baud: knx.baud,
          source: knx.objects_from,
          tls: /^(mqtts|wss):/.test(mqtt.url ?? ""),
          verify: mqtt.verify,
        },
      },
    },
    port: { path: knx.port, baud: knx.baud, parity: knx.parity },
    gpio: toGpioConfig(device),
    mqtt: toMqttConfig(file, contents),
    control: control === false ? null : control,
    http: toHttpConfig(file.http),
    log: toLogConfig(file.log),
    recorder: toRecorderConfig(file.recorder),
  };
};

/** A device node as it is, and of anything else its kind: no addresses in `bridge/info`. */
const shownPort = (port: string): string =>
  port.startsWith("/dev/") ? port : port.startsWith("/") ? "file" : port.replace(/:.*$/s, "");

/** Telegrams in memory, 100 kB, for whoever asks what has just happened. */
const HISTORY = 1_000;

/** Manufacturer and number of a serial number. */
const instanceIdOf = (serial: Octets): string =>
  `${toCompactHex(serial.slice(0, 2))}:${toCompactHex(serial.slice(2))}`;

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

/** What the application does not have is left alone. */
const toGpioConfig = ({ programming, ...device }: FileData["device"]): GpioConfig => {
  const { button, led } = programming;
  const { declaration } = APPLICATIONS[device.application];
  const inputs = device.inputs.slice(0, declaration.inputs.length).map(toInput);
  const outputs = device.outputs.slice(0, declaration.outputs.length).map(toPin);
  return {
    ...(button && { button: toInput(button) }),
    ...(led && { led: toPin(led) }),
    ...(inputs.length > 0 && { inputs }),
    ...(outputs.length > 0 && { outputs }),
  };
};

type OutputPin = FileData["device"]["outputs"][number];
type InputPin = FileData["device"]["inputs"][number];

const toPin = ({ chip, line, active_low }: OutputPin) => ({ chip, line, activeLow: active_low });

const toInput = (pin: InputPin) => ({ ...toPin(pin), debounceMs: pin.debounce });

const toMqttConfig = (
  { instance, mqtt, homeassistant }: FileData,
  contents: Contents,
): MqttConfig => {
  const address = mqtt.url === undefined ? undefined : new URL(mqtt.url);
  const username = contents.username_file ?? mqtt.username ?? decoded(address?.username);
  const password = contents.password_file ?? mqtt.password ?? decoded(address?.password);
  const keyPassword = contents.key_password_file ?? mqtt.key_password;
  const { ca, cert, key } = contents;
  const listen = toListenConfig(mqtt.listen, contents.listen);
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
    discovery: homeassistant?.prefix ?? "homeassistant",
    ...(listen && { listen }),
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
