import { GroupAddress, IndividualAddress, parseGroupAddress } from "../core/address.ts";
import { BRIDGE_DEFAULTS } from "../core/app/bridge/defaults.ts";
import { FACTORY_SETTINGS } from "../core/app/device/model/settings.ts";
import type { BridgeConfig, DeviceConfig, ObjectConfig, StackConfig } from "../core/config.ts";
import { groupSet } from "../core/group-set.ts";

/** What differs from the usual test device: 1.1.5 on a TP-UART 2, objects 1/2/3 … as given. */
export type TestOptions = Readonly<{
  dl?: Partial<StackConfig["dl"]>;
  tlsm?: Partial<StackConfig["tlsm"]>;
  groupObjects?: Partial<StackConfig["objects"]>;
  application?: Partial<StackConfig["application"]>;
  bridge?: Partial<BridgeConfig>;
  programmingMode?: boolean;
  device?: Partial<DeviceConfig>;
  /** Group objects by address; `true` for all defaults. */
  objects?: Readonly<Record<string, Partial<ObjectConfig> | true>>;
}>;

/** A complete configuration for tests. */
export const testConfig = (options: TestOptions = {}): StackConfig => {
  const address = options.dl?.address ?? IndividualAddress(0x1105);
  const objects = Object.entries(options.objects ?? {}).map(([ga, object]) =>
    objectConfig(ga, object === true ? {} : object),
  );
  return {
    dl: {
      chip: "tpuart2",
      address,
      groups: groupSet(objects.map(({ ga }) => ga)),
      acknowledge: "host",
      repetitions: { nak: 3, busy: 3 },
      baud: 19_200,
      ...options.dl,
    },
    nl: { hops: 6 },
    tlsm: { style: "3", connections: 1, ...options.tlsm },
    device: {
      descriptor: [0x07, 0xb0],
      serial: [0x00, 0xfa, 0x12, 0x34, 0x56, 0x78],
      keys: [NO_KEY, NO_KEY, NO_KEY],
      address,
      programmingMode: options.programmingMode ?? false,
      orderInfo: ORDER_INFO,
      hardwareType: [0, 0, 0xa1, 0xb2, 0x13, 0],
      firmwareRevision: 5,
      maxApduLength: 55,
      settings: FACTORY_SETTINGS,
      loaded: [],
      ...options.device,
    },
    objects: {
      objectsFrom: "yaml",
      groups: groupSet(objects.map(({ ga }) => ga)),
      ...options.groupObjects,
    },
    application: { name: "bridge", ...options.application },
    bridge: {
      ...BRIDGE_DEFAULTS,
      address,
      objects,
      ...options.bridge,
    },
  };
};

/** `TEST 12345` */
const ORDER_INFO = [0x54, 0x45, 0x53, 0x54, 0x20, 0x31, 0x32, 0x33, 0x34, 0x35];

const NO_KEY = [0xff, 0xff, 0xff, 0xff];

const objectConfig = (ga: string, object: Partial<ObjectConfig>): ObjectConfig => ({
  ga: parseGroupAddress(ga) ?? GroupAddress(-1),
  writable: true,
  priority: "low",
  alarm: false,
  provide: false,
  transmit: "changes",
  events: false,
  publish: "always",
  ...object,
});
