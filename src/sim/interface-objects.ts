import type { Octets } from "../core/octets.ts";
import { octetsOf } from "./frame.ts";
import { createLoadable, type Loadable } from "./loadable.ts";
import { isSystemB, type Live, type ManagementOptions, SYSTEM_B } from "./management-options.ts";
import { FAR, type Memory } from "./memory.ts";
import {
  type InterfaceObject,
  kept,
  listed,
  PDT,
  type Property,
  shown,
  switched,
} from "./property.ts";

/** The interface objects, in the order that mask 07B0 fixes, and what the device itself needs of them. */
export type Objects = Readonly<{
  all: readonly InterfaceObject[];
  /** Group addresses and associations. */
  links: readonly Loadable[];
  programs: readonly Loadable[];
  /** PID 51 of the device object, hop count in the bits 6…4. */
  routingCount: Property;
}>;

/** `device-model.md` 1 and 2. */
export const createObjects = (options: ManagementOptions, live: Live, memory: Memory): Objects => {
  const routingCount = kept({ pid: 51, pdt: PDT.unsignedChar, first: [0x60] });
  const places = options.segments === "far" ? FAR_PLACES : PLACES;
  const [addresses, associations, groupObjects] = [
    createLoadable(memory, places[1], EMPTY_TABLE),
    createLoadable(memory, places[2], EMPTY_TABLE),
    createLoadable(memory, places[3], EMPTY_TABLE),
  ];
  const program = createLoadable(memory, places[4], EMPTY_PROGRAM);
  const second = createLoadable(memory, places[5], EMPTY_PROGRAM);
  return {
    all: [
      object(TYPE.device, [...deviceProperties(options, live), routingCount, ...rateLimit()]),
      object(TYPE.addresses, [
        ...addresses.properties,
        entries(addresses, PDT.unsignedInt, 2),
        ...addresses.stamps,
      ]),
      object(TYPE.associations, [
        ...associations.properties,
        entries(associations, PDT.generic04, 4),
        ...associations.stamps,
      ]),
      object(TYPE.groupObjects, [...groupObjects.properties, ...groupObjects.stamps]),
      object(TYPE.program, [
        ...programProperties(program, options.programVersion),
        ...parameters(),
        peiType(),
        ...program.stamps,
      ]),
      object(TYPE.second, [...programProperties(second), peiType(), ...second.stamps]),
    ],
    links: [addresses, associations],
    programs: [program, second],
    routingCount,
  };
};

/** Each in a place of its own, so that none moves when another one grows. */
const PLACES = {
  1: { address: 0x4000, room: 0x100 },
  2: { address: 0x4100, room: 0x100 },
  3: { address: 0x4200, room: 0x100 },
  4: { address: 0x4300, room: 0x400 },
  5: { address: 0x4700, room: 0xf0 },
} as const;

/** 65,535 associations have four octets each. */
const FAR_ROOM = 0x4_0000;
const far = (index: number) => ({ address: FAR + (index - 1) * FAR_ROOM, room: FAR_ROOM });
const FAR_PLACES = { 1: far(1), 2: far(2), 3: far(3), 4: far(4), 5: far(5) } as const;
export const FAR_OCTETS = 5 * FAR_ROOM;

/** Nothing but the count. */
const EMPTY_TABLE = 2;
const EMPTY_PROGRAM = 16;

const TYPE = {
  device: 0,
  addresses: 1,
  associations: 2,
  groupObjects: 9,
  program: 3,
  second: 4,
} as const;

const object = (type: number, properties: readonly Property[]): InterfaceObject => ({
  type,
  properties: [shown(1, PDT.unsignedInt, octetsOf(type)), ...properties],
});

const deviceProperties = (options: ManagementOptions, live: Live): readonly Property[] => {
  const { serialNumber, orderInfo = "", maxApduLength = 55, mask = SYSTEM_B } = options;
  const programmingMode = switched(
    54,
    PDT.bitset8,
    () => (live.programmingMode ? 1 : 0),
    (octet) => {
      live.programmingMode = (octet & 1) === 1;
    },
  );
  const deviceControl = switched(
    14,
    PDT.bitset8,
    () => live.deviceControl,
    (octet) => {
      live.deviceControl = octet;
    },
  );
  return [
    shown(9, PDT.unsignedChar, [3]),
    shown(11, PDT.generic06, serialNumber),
    shown(12, PDT.unsignedInt, serialNumber.slice(0, 2)),
    deviceControl,
    shown(15, PDT.generic10, characters(orderInfo)),
    shown(25, PDT.version, [0x10, 0x43]),
    ...(isSystemB(mask) ? [programmingMode] : []),
    shown(56, PDT.unsignedInt, octetsOf(maxApduLength)),
    shown(57, PDT.unsignedChar, () => [live.address >> 8]),
    shown(58, PDT.unsignedChar, () => [live.address & 0xff]),
    listed(71, Object.values(TYPE)),
    kept({
      pid: 78,
      pdt: PDT.generic06,
      first: options.hardwareType ?? [0, 0, 0, 0, 0, 0],
      writeLevel: 1,
    }),
    shown(83, PDT.generic02, octetsOf(mask)),
    kept({ pid: 52, pdt: PDT.generic01, first: [0x33] }),
  ];
};

/** Time base and number of telegrams, which the device does not care about. */
const rateLimit = (): readonly Property[] =>
  [85, 86].map((pid) => kept({ pid, pdt: PDT.unsignedInt, first: [0, 0] }));

/** PID_TABLE: what stands behind the count. */
const entries = (table: Loadable, pdt: number, size: number): Property => ({
  ...shown(23, pdt, new Array<number>(size).fill(0)),
  max: 63,
  writeLevel: 0,
  elements: () => {
    const [high = 0, low = 0, ...rest] = table.content();
    return rest.slice(0, ((high << 8) | low) * size);
  },
  write: () => false,
});

const peiType = (): Property => kept({ pid: 16, pdt: PDT.unsignedChar, first: [0] });

const programProperties = (
  loadable: Loadable,
  version: Octets = [0, 0, 0, 0, 0],
): readonly Property[] => [
  ...loadable.properties,
  shown(6, PDT.control, () => [loadable.loaded ? RUNNING : HALTED]),
  kept({ pid: 13, pdt: PDT.generic05, first: version }),
];

const HALTED = 0;
const RUNNING = 1;

/** Of the application: seven of up to ten words for everybody, and one secret. */
const parameters = (): readonly Property[] => [
  kept({
    pid: 201,
    pdt: PDT.unsignedInt,
    size: 2,
    max: 10,
    first: [1, 3, 5, 7, 9, 11, 13].flatMap((value) => octetsOf(0x1100 | value)),
  }),
  kept({
    pid: 202,
    pdt: PDT.generic04,
    first: [0x5e, 0xc2, 0xe7, 0x01],
    readLevel: 2,
    writeLevel: 1,
  }),
];

const characters = (text: string): Octets =>
  Array.from({ length: 10 }, (_, index) => text.charCodeAt(index) & 0xff);
