import { HOUSE_OBJECTS } from "../../src/sim/house.ts";

/** A group address that devices of the house have beside those of `src/sim/house.ts`. */
export type SensorObject = Readonly<{ ga: string; name: string; dpt: string; room: string }>;

const TYPES = ["1.001", "5.010", "9.001", "12.001"] as const;

/** Twelve devices with four group addresses each. */
export const SENSORS: readonly SensorObject[] = Array.from({ length: 48 }, (_, index) => {
  const device = Math.floor(index / 4);
  return {
    ga: `6/${device % 8}/${1 + (index % 4) + (device >= 8 ? 10 : 0)}`,
    name: `Sensor ${index}`,
    dpt: TYPES[index % TYPES.length] ?? "1.001",
    room: `Room ${1 + (device % 5)}`,
  };
});

export const BASE = "knx";
export const OWN_ADDRESS = "1.1.250";
/** The bridge owns it, and a topic of others fills it. */
export const LINKED = "4/0/12";
export const LINK_SOURCE = "zigbee2mqtt/balcony";
/** Set by commands alone. */
export const PROVIDED = "4/0/13";
export const ALARM = "5/0/1";
export const TIME_OBJECTS = ["0/0/1", "0/0/2", "0/0/3"] as const;

/** What the bridge is told of, as the file says it. */
const objects = (): readonly Readonly<{ ga: string; [key: string]: unknown }>[] => [
  ...HOUSE_OBJECTS.map(({ ga, name, room, dpt, writable }) => ({ ga, name, room, dpt, writable })),
  ...SENSORS,
  { ga: LINKED, name: "Balcony temperature", dpt: "9.001", provide: true },
  { ga: PROVIDED, name: "Set point", dpt: "9.001", provide: true, cyclic: "20min" },
  { ga: ALARM, name: "Wind alarm", dpt: "1.005", priority: "urgent", alarm: true },
];

/** Group addresses that somebody may write to, with their types. */
export const COMMANDED: readonly Readonly<{ ga: string; dpt: string }>[] = [
  ...HOUSE_OBJECTS.filter(({ writable }) => writable),
  ...SENSORS,
  { ga: PROVIDED, dpt: "9.001" },
  { ga: ALARM, dpt: "1.005" },
];

export const ALL_ADDRESSES: readonly string[] = [...objects().map(({ ga }) => ga), ...TIME_OBJECTS];

/** Editions of the configuration file; each is whole. JSON is YAML. */
export const editionText = (edition: number): string => {
  const all = objects();
  const shown =
    edition % 3 === 1
      ? // Some are gone, others have another name.
        all
          .filter(({ ga }) => !ga.startsWith("6/7/"))
          .map((object) =>
            object.ga.startsWith("6/1/")
              ? { ...object, name: `${object["name"]} renamed` }
              : object,
          )
      : edition % 3 === 2
        ? [...all, { ga: "8/0/1", name: "New", dpt: "5.001" }]
        : all;
  return JSON.stringify({
    version: 1,
    instance: "torture",
    knx: { port: "sim:knxpi", address: OWN_ADDRESS, objects_from: "both", bus: { grace: "5s" } },
    device: { connections: 2 },
    control: false,
    mqtt: {
      url: "mqtt://broker:1883",
      base: BASE,
      requests: "admin",
      events_after_reconnect: true,
    },
    homeassistant: { enabled: true },
    events: ["1/1/17", "6/0/*"],
    objects: shown,
    entities: [
      {
        id: "dining",
        type: "light",
        brightness: { write: "1/3/10", state: "1/5/10" },
      },
      {
        id: "blind",
        type: "cover",
        up_down: "2/1/1",
        stop: "2/1/2",
        position: { write: "2/1/3", state: "2/1/4" },
      },
    ],
    links: [
      { from: LINK_SOURCE, pointer: "/temperature", ga: LINKED, stale_after: "1h" },
      { ga: "1/1/17", to: "hall/button", on: "write" },
    ],
    time: {
      time_ga: TIME_OBJECTS[0],
      date_ga: TIME_OBJECTS[1],
      datetime_ga: TIME_OBJECTS[2],
      every: "60min",
      timezone: "Europe/Zurich",
      only_if_synced: true,
    },
    devices: { topics: true },
    recorder: { memory: 200 },
    log: { level: "silent" },
  });
};

/** Files with an error in them, each of another kind. */
export const BROKEN_TEXTS: readonly string[] = [
  "version: 1\ninstance: torture\nknx: {address: 1.1.0}\n",
  editionText(0).replace('"9.001"', '"9.1"'),
  editionText(0).replace('"objects":', '"objcts":'),
  "{{{{",
  "",
  editionText(0).slice(0, 700),
];
