import { formatIndividualAddress } from "../../../address.ts";
import type { BridgeImpulse } from "../../../app-impulse.ts";
import type { BridgeConfig, ChipKind } from "../../../config.ts";
import type { JsonValue } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { isoTime } from "../../../iso-time.ts";
import { entries } from "../../../table.ts";
import { requestsOf } from "../requests/names.ts";
import type { BridgeState } from "../state.ts";
import { publish } from "../telegrams/publish.ts";
import { bridgeTopic } from "../topics.ts";
import type { Turn } from "../turn.ts";
import type { Info } from "./state.ts";

type BusIndication = Extract<BridgeImpulse, { type: "bus.ind" }>;

/** `mqtt-interface.md` §8.2. No secrets, no address of the broker, no paths. */
export const infoDocument = (state: BridgeState): Readonly<{ [field: string]: JsonValue }> => ({
  ...lasting(state),
  unknown_gas: state.features.unknown.count,
});

/** `bridge/info` on a new connection, and whenever it says something else; not while nobody is there to hear it. */
export const tellInfo = (state: BridgeState, again: boolean): Turn => {
  if (!state.broker.connected) return [state, NOTHING];
  const told = JSON.stringify(lasting(state));
  if (!again && told === state.features.info.told) return [state, NOTHING];
  return publish(withInfo(state, { told }), {
    for: "mqtt",
    type: "publish",
    topic: bridgeTopic(state.config, "info"),
    payload: JSON.stringify(infoDocument(state)),
    qos: 1,
    retain: state.config.retain,
    json: true,
  });
};

/** The bus is there, and with it a chip that may be another one. */
export const withChip = (state: BridgeState, impulse: BusIndication): BridgeState =>
  impulse.online && impulse.chip !== undefined ? withInfo(state, { chip: impulse.chip }) : state;

export const withInfo = (state: BridgeState, info: Partial<Info>): BridgeState => ({
  ...state,
  features: { ...state.features, info: { ...state.features.info, ...info } },
});

const lasting = (state: BridgeState): Readonly<{ [field: string]: JsonValue }> => {
  const { config, features, objects, epoch } = state;
  const { about } = config;
  const { chip, protocol } = features.info;
  const { hash, loaded, restartRequired } = features.configuration;
  return {
    api: 1,
    name: config.instance,
    instance_id: config.instanceId,
    version: about.version,
    ...(about.commit !== null && { commit: about.commit }),
    started: isoTime(epoch),
    node: about.node,
    os: about.os,
    model: about.model,
    knx: {
      ia: formatIndividualAddress(config.address),
      serial: config.instanceId.replace(":", ""),
      mask: about.mask,
      programming_mode: features.device.programmingMode,
      chip: chip && CHIP_NAMES[chip],
      port: about.port,
      baud: about.baud,
      style: config.style,
      source: about.source,
    },
    mqtt: { version: protocol, tls: about.tls, tls_verify: about.verify, base: config.base },
    objects: [...entries(objects)].length,
    entities: config.entities.length,
    config: {
      hash: hash ?? about.configHash,
      loaded: isoTime(loaded ?? epoch),
      restart_required: restartRequired.length > 0,
    },
    features: featuresOf(config),
    requests: requestsOf(config),
    deprecated: [],
  };
};

/** The parts that are active, one line each. */
const featuresOf = (config: BridgeConfig): readonly string[] => {
  const active: Readonly<Record<string, boolean>> = {
    recording: config.history > 0,
    entities: config.entities.length > 0,
    devices: config.devices.topics,
    links: config.links.length > 0,
    time: config.time !== null,
    discovery: config.discovery.enabled,
  };
  return Object.keys(active).filter((name) => active[name]);
};

/** Of several chips that speak alike all are named. */
const CHIP_NAMES = {
  tpuart2: "TP-UART 2",
  ncn5120: "NCN5120/NCN5121/NCN5130",
  e981: "E981.03",
} as const satisfies Record<ChipKind, string>;
