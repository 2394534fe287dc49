import {
  IndividualAddress,
  type Octets,
  openTlsm,
  type TlsmImpulse,
  type TlsmState,
  tlsm,
} from "knxpi";
import { createChip, createLine, stackOnChip, testConfig, virtualClock } from "knxpi/testing";
import { percent, thousands } from "./figures.ts";
import type { Report } from "./report.ts";

/** Connections: data over a simulated line beside what the medium alone needs, and what a transition costs. */
export const connections = (): Report => {
  const throughputs = WAYS.map((way) => ({ ...way, ...throughput(way) }));
  const cost = transitions();
  return {
    section: "connections",
    how:
      "Two stacks behind simulated chips, one sends data of so many octets as fast as T_ACK lets it, in simulated time. The medium alone\n" +
      "needs for each: silence, the frame, its acknowledge, silence, the frame of the T_ACK, its acknowledge. What is left is the host\n" +
      "interface, for a chip sends a frame only when it has all of it. Then the state machine alone, on one core.",
    columns: ["chip, baud, octets of data", "octets/s", "medium alone", "part"],
    rows: [
      ...throughputs.map(({ chip, baud, data, octetsPerSecond, limit }) => [
        `${chip}, ${thousands(baud)}, ${data}`,
        thousands(octetsPerSecond),
        thousands(limit),
        percent(octetsPerSecond / limit),
      ]),
      ["", "", "", ""],
      ["state machine", "transitions/s", "µs each", ""],
      [
        "data received, acknowledged, delivered",
        thousands(1e6 / cost.data),
        cost.data.toFixed(2),
        "",
      ],
      ["data sent, acknowledged, confirmed", thousands(1e6 / cost.sent), cost.sent.toFixed(2), ""],
      [
        "a stranger beside 16 connections",
        thousands(1e6 / cost.stranger),
        cost.stranger.toFixed(2),
        "",
      ],
    ],
    aims: [],
    figures: { throughputs, cost },
  };
};

const WAYS = [
  { chip: "tpuart2", baud: 19_200, data: 12 },
  { chip: "tpuart2", baud: 19_200, data: 52 },
  { chip: "ncn5120", baud: 38_400, data: 12 },
  { chip: "ncn5120", baud: 38_400, data: 52 },
  { chip: "ncn5120", baud: 38_400, data: 230 },
] as const;

const EXCHANGES = 200;

const throughput = ({ chip, baud, data }: (typeof WAYS)[number]) => {
  const clock = virtualClock();
  const line = createLine({ clock });
  const device = (address: number) =>
    stackOnChip(
      clock,
      createChip({ line, kind: chip, baud }),
      testConfig({ dl: { address: IndividualAddress(address), chip, baud } }),
    );
  const a = device(0x1105);
  device(0x1106);
  const peer = IndividualAddress(0x1106);
  clock.advance(1_000);
  a.deliver({ for: "tlsm", type: "T_Connect.req", peer, at: clock.now() });
  clock.advance(200);
  // a message of a manufacturer: it is delivered and answered by nobody
  const apdu: Octets = [0x02, 0xf8, ...new Array<number>(data).fill(0x5a)];
  const begun = clock.now();
  for (let sent = 0; sent < EXCHANGES; sent++) {
    a.deliver({
      for: "tlsm",
      type: "T_Data_Connected.req",
      peer,
      apdu,
      priority: "system",
      ref: sent,
      at: clock.now(),
    });
    const done = clock.runUntil(() => isIdle(a.state.tlsm), 10_000);
    if (!done) throw new Error(`${chip} ${baud} ${data}: data ${sent} was not acknowledged`);
  }
  const seconds = (clock.now() - begun) / 1_000;
  return {
    octetsPerSecond: (EXCHANGES * data) / seconds,
    limit: data / ((frameBits(framed(data + 2)) + frameBits(CONTROL_FRAME)) / 9_600),
  };
};

const isIdle = ({ connections }: TlsmState): boolean => connections[0]?.state === "openIdle";

/** Octets of the frame around a TPDU. */
const framed = (tpdu: number): number => (tpdu <= 16 ? tpdu + 7 : tpdu + 8);
const CONTROL_FRAME = 8;
/** Silence before it, its octets, pause and acknowledge. `tp-uart.md` §5.1 */
const frameBits = (octets: number): number => 50 + (octets - 1) * 13 + 11 + 15 + 11;

/** µs for each event of the machine alone. */
const transitions = () => {
  const peer = IndividualAddress(0x1106);
  const received = (sequence: number): TlsmImpulse => ({
    for: "tlsm",
    type: "tpdu.ind",
    source: peer,
    tpdu: { kind: "T_Data_Connected", sequence, apdu: [0x03, 0x00], priority: "low" },
    at: 1,
  });
  const acknowledged = (sequence: number): TlsmImpulse => ({
    for: "tlsm",
    type: "tpdu.ind",
    source: peer,
    tpdu: { kind: "T_ACK", sequence },
    at: 1,
  });
  const request: TlsmImpulse = {
    for: "tlsm",
    type: "T_Data_Connected.req",
    peer,
    apdu: [0x03, 0x40, 0x07, 0xb0],
    priority: "low",
    ref: 1,
    at: 1,
  };
  const stranger: TlsmImpulse = {
    for: "tlsm",
    type: "tpdu.ind",
    source: IndividualAddress(0x12fe),
    tpdu: { kind: "T_Connect" },
    at: 1,
  };
  const opened = (count: number): TlsmState => {
    let state = openTlsm({ style: "3", connections: 16 });
    for (let n = 0; n < count; n++)
      [state] = tlsm(state, {
        for: "tlsm",
        type: "tpdu.ind",
        source: IndividualAddress(0x1106 + n),
        tpdu: { kind: "T_Connect" },
        at: 1,
      });
    return state;
  };
  const data = Array.from({ length: 16 }, (_, sequence) => received(sequence));
  const sent = Array.from({ length: 16 }, (_, sequence) => [
    request,
    acknowledged(sequence),
  ]).flat();
  return {
    data: measure(opened(1), data),
    sent: measure(opened(1), sent),
    stranger: measure(opened(16), [stranger]),
  };
};

/** Best of five rounds, µs for each impulse. */
const measure = (first: TlsmState, impulses: readonly TlsmImpulse[]): number => {
  let state = first;
  const round = (): number => {
    const begun = performance.now();
    let done = 0;
    while (performance.now() - begun < ROUND_MS) {
      for (let times = 0; times < 100; times++)
        for (const impulse of impulses) [state] = tlsm(state, impulse);
      done += 100 * impulses.length;
    }
    return ((performance.now() - begun) * 1_000) / done;
  };
  round();
  return Math.min(...Array.from({ length: 5 }, round));
};

const ROUND_MS = 400;
