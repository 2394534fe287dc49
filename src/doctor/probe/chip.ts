import { pino } from "pino";
import { IndividualAddress } from "../../core/address.ts";
import type { ChipKind, DlConfig } from "../../core/config.ts";
import type { Effect } from "../../core/effect.ts";
import { groupSet } from "../../core/group-set.ts";
import type { DlImpulse, Impulse } from "../../core/impulse.ts";
import type { Octets } from "../../core/octets.ts";
import { dl } from "../../core/stack/2-dl/dl.ts";
import { openDl } from "../../core/stack/2-dl/state.ts";
import {
  hasBusVoltage,
  hasCrystalFault,
  STATE_REQUEST,
  SYSTEM_STATE_REQUEST,
  serviceOf,
} from "../../core/stack/2-dl/tpuart.ts";
import { readOctets } from "../../shell/octets.ts";
import { describe, type SerialFault, serialFault } from "../../shell/serial-fault.ts";
import { openPort, type Port, type SerialOptions } from "../../shell/serial-port.ts";
import { createTimers } from "../../shell/timers.ts";
import type { Wanted } from "../wanted.ts";

/** What came back from the port. */
export type ChipReport = Readonly<
  | { is: "unopened"; fault: SerialFault; error: string }
  | {
      is: "answered";
      line: LineSettings;
      chip: ChipKind;
      /** false: asked, and it did not say; this is what it is taken for. */
      identified: boolean;
      /** There is voltage on the bus: it says so, or has come out of its reset, for which it needs a bus. */
      powered: boolean;
      /** The oscillator does not run as it should, as an NCN says. */
      crystalFault: boolean;
      /** The settings that were asked for, when others had to be tried. */
      wanted: LineSettings | null;
    }
  | {
      is: "mute";
      /** The settings that were tried. */
      tried: readonly LineSettings[];
      heard: Heard;
    }
>;

export type LineSettings = Readonly<{ baud: number; parity: "even" | "none" }>;

/**
 * What came that was no answer. nothing · echo: what we had said · text: somebody else talks there · baos: a module with a
 * protocol of its own · noise
 */
export type Heard = "nothing" | "echo" | "text" | "baos" | "noise";

/**
 * Asks the transceiver which one it is, with the settings that are wanted, then with all others that are usual; nobody else may have
 * the port. The link layer of the bridge does the asking, so what is found here is what the bridge would find.
 */
export const probeChip = async (
  wanted: Pick<Wanted, "baud" | "parity">,
  path: string,
  binding?: SerialOptions["binding"],
  patience: Patience = PATIENCE,
): Promise<ChipReport> => {
  const first: LineSettings = { baud: wanted.baud, parity: wanted.parity };
  const others = /^[a-z]+:\/\//.test(path) ? [] : USUAL.filter((line) => !same(line, first));
  const tried: LineSettings[] = [];
  const heard: number[] = [];
  let echo = false;
  for (const line of [first, ...others]) {
    const ms = line === first ? patience.wantedMs : patience.usualMs;
    const options = { path, ...line, ...(binding && { binding }) };
    const one = await askTwice(options, ms, patience.stateMs);
    if ("error" in one) {
      // A port that does not know a speed has answered for it.
      if (tried.length > 0) continue;
      return { is: "unopened", fault: serialFault(one.error), error: describe(one.error) };
    }
    tried.push(line);
    if (one.found !== null)
      return { is: "answered", line, wanted: line === first ? null : first, ...one.found };
    if (line === first) {
      echo = isEcho(one.sent, one.received);
      heard.push(...one.received);
      if (echo) break;
    }
  }
  const baos = echo || others.length === 0 ? false : await isBaos(path, binding);
  return { is: "mute", tried, heard: baos ? "baos" : echo ? "echo" : kindOf(heard) };
};

type Found = Pick<
  Extract<ChipReport, { is: "answered" }>,
  "chip" | "identified" | "powered" | "crystalFault"
>;
type Asked = Readonly<{ found: Found | null; sent: Octets; received: Octets } | { error: unknown }>;

/**
 * Once more when it answers, but was too slow to say which one it is: this machine may have been busy. And once more before it is
 * said that there is no bus: a chip that comes up by itself while it is reset is not ready when it is asked.
 */
const askTwice = async (
  options: SerialOptions,
  patienceMs: number,
  stateMs: number,
): Promise<Asked> => {
  const first = await ask(options, patienceMs, stateMs);
  if ("error" in first || first.found === null) return first;
  if (first.found.identified && first.found.powered) return first;
  const second = await ask(options, patienceMs, stateMs);
  if ("error" in second || second.found === null) return first;
  return second.found.identified || !first.found.identified ? second : first;
};

/** Opens the port and lets the link layer do what it does at every start, until it is up, or knows that there is no bus. */
const ask = async (options: SerialOptions, patienceMs: number, stateMs: number): Promise<Asked> => {
  let end: (found: Found | null) => void = () => undefined;
  const ended = new Promise<Found | null>((resolve) => {
    end = resolve;
  });
  const port = await openPort(options, () => end(null), pino({ level: "silent" })).catch(
    (error: unknown) => ({ error }),
  );
  if ("error" in port) return port;
  const sent: number[] = [];
  const received: number[] = [];
  let state = openDl({ ...CONFIG, baud: options.baud });
  let identified = false;
  let crystalFault = false;

  const deliver = (impulse: Impulse): void => {
    if (impulse.for !== "dl") return;
    if (impulse.type === "octet.ind" && received.length < KEPT) received.push(impulse.octet);
    const [next, out] = dl(state, impulse);
    state = next;
    for (const effect of out) execute(effect);
    const found = { chip: state.link.chip ?? "tpuart2", identified, crystalFault };
    if (state.link.state === "online") end({ ...found, powered: true });
    else if (state.link.state === "unpowered") end({ ...found, powered: false });
  };
  const execute = (effect: Impulse | Effect): void => {
    if (effect.for === "serial" && effect.type === "write") {
      sent.push(...effect.octets);
      port.stream.write(Buffer.from(effect.octets));
    } else if (effect.for === "timer") {
      if (effect.type === "start") timers.start(effect.timer, effect.ms);
      else timers.stop(effect.timer);
    } else if (effect.for === "transitions")
      identified ||= effect.transition.event === "chip identified";
    else if (effect.for === "log") crystalFault ||= effect.note.message.includes("oscillator");
  };
  const timers = createTimers(deliver);
  const stop = readOctets(port.stream, deliver);
  const late = setTimeout(() => end(null), patienceMs);
  deliver(opened());
  const found = await ended;
  clearTimeout(late);
  timers.close();
  stop();
  if (found === null) {
    sent.push(...STATES);
    const last = await askState(port, stateMs);
    received.push(...last);
    await port.close();
    return { found: withoutBus(last), sent, received };
  }
  await port.close();
  return { found, sent, received };
};

/** What comes back within this time. */
const askState = async ({ stream }: Port, ms: number): Promise<Octets> => {
  const received: number[] = [];
  const take = (chunk: Buffer): void => void received.push(...chunk);
  stream.on("data", take);
  stream.write(Buffer.from(STATES));
  await new Promise((resolve) => setTimeout(resolve, ms));
  stream.off("data", take);
  return received;
};

/** A chip with a supply of its own answers questions, but does not come out of its reset without a bus. */
const withoutBus = (received: Octets): Found | null => {
  const kinds = [...received].map((octet) => serviceOf(undefined, octet));
  const at = kinds.indexOf("system-state");
  const status = at < 0 ? undefined : received[at + 1];
  if (status !== undefined)
    return {
      chip: "ncn5120",
      identified: true,
      powered: hasBusVoltage(status),
      crystalFault: hasCrystalFault(status),
    };
  // Noise would hardly consist of nothing else.
  return received.length > 0 && received.length <= 2 && kinds.every((kind) => kind === "state")
    ? { chip: "tpuart2", identified: false, powered: false, crystalFault: false }
    : null;
};

const STATES: Octets = [...STATE_REQUEST, ...SYSTEM_STATE_REQUEST];

const opened = (): DlImpulse => ({ for: "dl", type: "port-opened.ind", at: performance.now() });

/** Reset.req of FT1.2, which a BAOS module answers with one octet; no transceiver would be up to take it amiss. */
const isBaos = async (path: string, binding: SerialOptions["binding"]): Promise<boolean> => {
  const options: SerialOptions = {
    path,
    baud: 19_200,
    parity: "even",
    ...(binding && { binding }),
  };
  const port = await openPort(options, () => undefined, pino({ level: "silent" })).catch(
    () => null,
  );
  if (port === null) return false;
  const answered = new Promise<boolean>((resolve) => {
    const late = setTimeout(() => resolve(false), BAOS_MS);
    port.stream.on("data", (chunk: Buffer) => {
      if (!chunk.includes(0xe5)) return;
      clearTimeout(late);
      resolve(true);
    });
  });
  port.stream.write(Buffer.of(0x10, 0x40, 0x40, 0x16));
  const answer = await answered;
  await port.close();
  return answer;
};

const same = (a: LineSettings, b: LineSettings): boolean =>
  a.baud === b.baud && a.parity === b.parity;

/** TXD and RXD are connected with each other. */
const isEcho = (sent: Octets, received: Octets): boolean =>
  received.length >= 2 && [...received].every((octet, index) => octet === sent[index]);

const kindOf = (octets: Octets): Heard => {
  if (octets.length === 0) return "nothing";
  const readable = [...octets].filter(
    (octet) => octet === 10 || octet === 13 || (octet >= 32 && octet < 127),
  );
  return octets.length >= 8 && readable.length > octets.length * 0.9 ? "text" : "noise";
};

/** Only the kind of chip and the speed matter as long as nothing is sent on the bus. */
const CONFIG: Omit<DlConfig, "baud"> = {
  chip: "auto",
  address: IndividualAddress(0xfffa),
  groups: groupSet([]),
  acknowledge: "host",
  repetitions: { nak: 3, busy: 3 },
};

/** What the chips can be strapped to; `chips.md`, line settings. The usual ones first. */
const USUAL: readonly LineSettings[] = [
  { baud: 19_200, parity: "even" },
  { baud: 38_400, parity: "none" },
  { baud: 115_200, parity: "even" },
  { baud: 38_400, parity: "even" },
  { baud: 19_200, parity: "none" },
];

/** How long an answer may take: with the settings that are wanted, with each of the others, and to a question without a reset. */
type Patience = Readonly<{ wantedMs: number; usualMs: number; stateMs: number }>;

/** Three resets and the questions after them; one reset and a second: the first may have to wait for the longest frame on the line. */
const PATIENCE: Patience = { wantedMs: 2_200, usualMs: 800, stateMs: 120 };
const BAOS_MS = 200;
const KEPT = 256;
