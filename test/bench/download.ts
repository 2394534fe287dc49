import { type Impulse, IndividualAddress, type Octets } from "knxpi";
import { createChip, createLine, stackOnChip, testConfig, virtualClock } from "knxpi/testing";
import { measure } from "./capacity.ts";
import { thousands } from "./figures.ts";
import type { Report } from "./report.ts";
import { ACKNOWLEDGE_BITS, BIT_MS, chipMs, mediumMs } from "./yardsticks.ts";

/** A download by our client to our device beside what the line alone needs for it, and a device with all that can be loaded. */
export const download = (): Report => {
  const found = WAYS.map((way) => ({ ...way, ...time(way) }));
  const capacity = measure();
  return {
    section: "download",
    how:
      "2,048 octets of application and tables of 64 entries each, by our client to our device behind simulated chips, in simulated time,\n" +
      "from the first T_Connect to the T_ACK of the restart. The medium alone: silence, octets, pause and acknowledge of every frame that\n" +
      "was on the line. With the host interface: a chip sends a frame only when it has all of it, and takes it only when the one before is\n" +
      "done with; each frame goes there without a gap as soon as its host can know that it is due, and no host can do better with this\n" +
      "chip. Then a device that comes up with all 65,535 group addresses, as many associations and group objects.",
    columns: [
      "chip, baud, longest APDU, memory services",
      "telegrams",
      "found",
      "medium alone",
      "ratio",
      "with host interface",
      "ratio",
      "1.15 × medium",
    ],
    rows: [
      ...found.map((one) => [
        `${one.chip}, ${thousands(one.baud)}, ${one.apdu}, ${one.extended ? "extended" : "plain"}`,
        thousands(one.telegrams),
        seconds(one.foundMs),
        seconds(one.mediumMs),
        (one.foundMs / one.mediumMs).toFixed(2),
        seconds(one.chipMs),
        (one.foundMs / one.chipMs).toFixed(2),
        isMet(one) ? "met" : "NOT met",
      ]),
      ["", "", "", "", "", "", "", ""],
      ...capacity.rows.map((row) => [...row, "", "", "", "", "", ""]),
    ],
    aims: BAUDS.flatMap((baud) => {
      const those = found.filter((one) => one.baud === baud);
      const at = `at ${thousands(baud)} baud`;
      return [
        aim(`at most 1.15 × medium ${at}`, 1.15, those.map(ratio)),
        aim(
          `at most 1.02 × medium with host interface ${at}`,
          1.02,
          those.map(({ foundMs, chipMs }) => foundMs / chipMs),
        ),
      ];
    }),
    figures: { found, capacity: capacity.figures },
  };
};

type Times = Readonly<{ foundMs: number; mediumMs: number }>;

const ratio = ({ foundMs, mediumMs }: Times): number => foundMs / mediumMs;

const isMet = (times: Times): boolean => ratio(times) <= 1.15;

const aim = (text: string, limit: number, ratios: readonly number[]) => ({
  aim: text,
  found: `${Math.min(...ratios).toFixed(2)} … ${Math.max(...ratios).toFixed(2)}`,
  met: ratios.every((each) => each <= limit),
});

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

/** A TP-UART 2 carries no longer ones than 55. */
const WAYS = (
  [
    { chip: "tpuart2", baud: 19_200, apdus: [15, 55] },
    { chip: "ncn5120", baud: 38_400, apdus: [15, 55, 254] },
    { chip: "ncn5120", baud: 115_200, apdus: [15, 55, 254] },
  ] as const
).flatMap(({ chip, baud, apdus }) =>
  apdus.flatMap((apdu) =>
    [false, true].map((extended) => ({ chip, baud, apdu, extended }) as const),
  ),
);
const BAUDS = [19_200, 38_400, 115_200] as const;

type Way = (typeof WAYS)[number];

const time = ({ chip, baud, apdu, extended }: Way) => {
  const clock = virtualClock();
  const line = createLine({ clock });
  const stack = (
    address: IndividualAddress,
    device: Readonly<{ maxApduLength: number }>,
    seen: (impulse: Readonly<{ for: string; type: string }>) => void,
  ) =>
    stackOnChip(
      clock,
      createChip({ line, kind: chip, baud }),
      testConfig({ dl: { address, chip, baud }, groupObjects: { objectsFrom: "ets" }, device }),
      seen,
    );
  let ended = "";
  stack(DEVICE, { maxApduLength: apdu }, () => {});
  const client = stack(CLIENT, { maxApduLength: 254 }, (impulse) => {
    if (impulse.for !== "control") return;
    if (impulse.type === "result" || impulse.type === "failure") ended = impulse.type;
  });
  clock.advance(1_000);
  const frames: Readonly<{ end: number; octets: Octets }>[] = [];
  line.onFrame((frame) => frames.push(frame));
  const begun = clock.now();
  const procedure = {
    name: "device.program",
    peer: DEVICE,
    image: { ...IMAGE, extended },
  } as const;
  client.deliver({ for: "client", type: "procedure.req", id: 1, procedure, at: begun });
  clock.runUntil(() => ended !== "", 600_000);
  if (ended !== "result") throw new Error(`${chip} ${baud} ${apdu}: the download has failed`);
  // three seconds after the T_ACK of the restart the connection ends
  const counted = frames.slice(0, -1);
  const last = counted.at(-1)?.end ?? begun;
  const sent = counted.map(({ octets }) => octets);
  return {
    telegrams: counted.length,
    foundMs: last + ACKNOWLEDGE_BITS * BIT_MS - begun,
    mediumMs: mediumMs(sent),
    chipMs: chipMs(sent, baud),
  };
};

const DEVICE = IndividualAddress(0x1105);
const CLIENT = IndividualAddress(0x11fa);

const numbers = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index + 1);

type Image = Extract<
  Extract<Impulse, { for: "client"; type: "procedure.req" }>["procedure"],
  { name: "device.program" }
>["image"];

/** No octet of the program is fill: all of it has to be sent. */
const IMAGE: Image = {
  application: {
    octets: numbers(2_048).map((number) => (number % 255) + 1),
    fill: 0,
    programVersion: [0x00, 0xfa, 0xa1, 0x03, 0x11],
  },
  groupAddresses: numbers(64).map((number) => 0x0900 + number),
  associations: numbers(64).map((number) => [number, number]),
  groupObjects: numbers(64).map(() => 0xd707),
};
