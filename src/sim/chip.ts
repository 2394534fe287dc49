import type { ChipKind } from "../core/config.ts";
import { never } from "../core/never.ts";
import type { Octets } from "../core/octets.ts";
import { type ChipState, POWER_ON_SETTINGS, type Tally } from "./chip-state.ts";
import type { Cancel } from "./clock.ts";
import { createHostLink, type OctetFault } from "./host-link.ts";
import { type HostService, serviceReader } from "./host-services.ts";
import type { Line } from "./line.ts";
import { createReception } from "./reception.ts";
import { asOriginal, BIT_MS, isRepeated } from "./tp1.ts";
import { createUpload } from "./upload.ts";

export type ChipOptions = Readonly<{
  line: Line;
  kind: ChipKind;
  name?: string;
  /** Of the host interface; 19200 when left out. */
  baud?: number;
  /** NCN "8-bit mode": no parity, and a FrameState.ind after every frame. */
  eightBit?: boolean;
  /** A reset pulls the chip's output low for so long that the host reads a 00 before Reset.ind. */
  resetBreak?: boolean;
  /** `own`: the chip stays alive without bus voltage. */
  supply?: "bus" | "own";
  /** An acknowledge that comes too late: gone, or used for the next frame. */
  lateAcknowledge?: "forgotten" | "kept";
  /** With SetAddress, group frames are acknowledged as well; sources disagree about NCN, so there it is off. */
  acknowledgesGroups?: boolean;
  faults?: Readonly<{ host: OctetFault }>;
}>;

/** A virtual transceiver: a station on the line, and for its host the protocol of `tp-uart.md` from the other end. */
export interface Chip {
  readonly kind: ChipKind;
  readonly name: string;
  readonly baud: number;
  /** Host → chip. Characters take their time and queue behind each other. */
  write(octets: Octets): void;
  /** Chip → host, one octet at a time, each when its character is complete. */
  onOctets(listener: (octets: Octets) => void): Cancel;
  /** Until the last character written has reached the chip. */
  busyMs(): number;
  /** Resets by itself, as after a glitch of its supply. */
  reset(): void;
  /** Neither hears nor answers its host, nor acknowledges. */
  mute(on: boolean): void;
  overheat(on: boolean): void;
  readonly tally: Readonly<Tally>;
  detach(): void;
}

type FrameService = HostService & {
  type: "U_L_DataStart.req" | "U_L_DataContinue.req" | "U_L_DataEnd.req";
};

export const createChip = (options: ChipOptions): Chip => {
  const { line, kind, name = kind, baud = 19200, supply = "bus", faults } = options;
  const { eightBit = false, lateAcknowledge = "forgotten", resetBreak = false } = options;
  const { clock } = line;
  const ncn = kind === "ncn5120";
  const resetMs = ncn ? NCN_RESET_MS : RESET_MS;
  const tally: Tally = { acknowledged: 0, late: 0, uploads: 0, rejected: 0, resets: 0 };
  const state: ChipState = {
    mode: "sync",
    settings: POWER_ON_SETTINGS,
    busyUntil: 0,
    muted: false,
    hot: false,
  };
  const services = serviceReader(kind);
  const upload = createUpload(kind === "tpuart2" ? 64 : 263);
  const registers = new Map<number, number>();
  let refusing = false;
  let lastBusOctet = Number.NEGATIVE_INFINITY;
  let lastHostOctet = 0;
  let cancelReset: Cancel = () => {};

  // ── to and from the host ───────────────────────────────────────────────────────────────────────────────────────────

  const link = createHostLink({
    clock,
    characterMs: ((eightBit ? 10 : 11) * 1000) / baud,
    fault: faults?.host,
    alive: () => !state.muted && (line.powered || supply === "own"),
    heard: (octet) => hostOctet(octet),
  });
  const { say } = link;
  const sayState = (errors: number): void => say(errors | (state.hot ? TOO_HOT : 0) | 0x07);
  const sayConfiguration = (): void => {
    const { address, crc, marker } = state.settings;
    const busy = clock.now() < state.busyUntil ? 0x40 : 0;
    say(0x01 | busy | (address === null ? 0 : 0x20) | (crc ? 0x08 : 0) | (marker ? 0x04 : 0));
  };
  const saySystemState = (): void => {
    const supplies = line.powered ? 0xf8 : 0xd8;
    say(0x4b, supplies | (state.hot ? 0x04 : 0) | SYSTEM_MODE[state.mode]);
  };

  const hostOctet = (octet: number): void => {
    const gap = clock.now() - lastHostOctet;
    lastHostOctet = clock.now();
    if (kind === "e981" && services.inside && gap > SERVICE_GAP_MS) {
      services.clear();
      sayState(RECEIVE_ERROR);
    }
    const service = services.read(octet);
    if (service === "incomplete") return;
    if (state.mode === "busmonitor" && !isHeardInBusmonitor(service, ncn)) return;
    // Siemens and Elmos hear nothing but a reset before they are ready; NCN hears what does not need the bus.
    if (state.mode === "sync" && !ncn && !isReset(service)) return;
    if (service === "unknown") sayState(PROTOCOL_ERROR);
    else perform(service);
  };

  const perform = (service: HostService): void => {
    switch (service.type) {
      case "U_Reset.req":
        begin(resetMs);
        break;
      case "U_State.req":
        sayState(0);
        break;
      case "U_SystemState.req":
        saySystemState();
        break;
      case "U_SetBusy.req":
        state.busyUntil = !service.on ? 0 : ncn ? Infinity : clock.now() + BUSY_MODE_MS;
        break;
      case "U_ActivateBusmon.req":
        state.mode = "busmonitor";
        // From now on it only listens: what it was to send is forgotten, and nothing reports on it.
        port.abort();
        upload.clear();
        refusing = false;
        reception.clear();
        break;
      case "U_StopMode.req":
        if (service.on) {
          state.mode = "stop";
          say(0x2b);
        } else if (state.mode === "stop") startUp(resetMs);
        break;
      case "U_AckInformation.req":
        state.busyUntil = 0;
        if (state.mode === "normal") reception.order(service);
        else sayState(PROTOCOL_ERROR);
        break;
      case "U_Configure.req":
        state.settings = { ...state.settings, crc: service.crc, marker: service.marker };
        sayConfiguration();
        break;
      case "U_ProductID.req":
        if (kind === "e981") say(0xfe, E981_PRODUCT);
        else say(TPUART2_PRODUCT);
        break;
      case "U_ActivateCRC.req":
        state.settings = { ...state.settings, crc: true };
        break;
      case "U_SetRepetition.req":
        state.settings = {
          ...state.settings,
          repetitions: { nak: service.nak, busy: service.busy },
        };
        break;
      case "U_SetAddress.req":
        state.settings = { ...state.settings, address: service.address };
        if (ncn) sayConfiguration();
        break;
      case "U_WriteRegister.req":
        registers.set(service.register, service.value);
        break;
      case "U_ReadRegister.req":
        if (!ncn) say(0xf1, registers.get(service.register) ?? 0);
        else if (state.mode !== "normal") say(registers.get(service.register) ?? 0);
        break;
      case "U_L_DataOffset.req":
        upload.offset(service.offset);
        break;
      case "U_L_DataStart.req":
      case "U_L_DataContinue.req":
      case "U_L_DataEnd.req":
        if (state.mode === "normal") loadFrame(service);
        else sayState(PROTOCOL_ERROR);
        break;
      case "U_PollingState.req":
      case "other":
        break;
      default:
        never(service);
    }
  };

  const loadFrame = (service: FrameService): void => {
    if (service.type === "U_L_DataStart.req") {
      refusing = port.active;
      if (!refusing) upload.start(service.octet);
      else sayState(PROTOCOL_ERROR);
    } else if (refusing) {
      // The rest of a frame that was refused at its start.
    } else if (!upload.begun) sayState(PROTOCOL_ERROR);
    else if (service.type === "U_L_DataContinue.req") upload.put(service.index, service.octet);
    else finishFrame(upload.end(service.index, service.octet));
  };

  const finishFrame = (frame: Octets | undefined): void => {
    if (frame === undefined) {
      tally.rejected++;
      sayState(RECEIVE_ERROR);
      return;
    }
    tally.uploads++;
    const once = isRepeated(frame[0] ?? 0);
    port.send({
      octets: once && !ncn ? asOriginal(frame) : frame,
      repetitions: once ? { nak: 0, busy: 0 } : state.settings.repetitions,
      done: (outcome) => say(outcome === "ack" ? 0x8b : 0x0b),
    });
  };

  // ── to and from the bus ────────────────────────────────────────────────────────────────────────────────────────────

  const reception = createReception({
    kind,
    state,
    tally,
    eightBit: ncn && eightBit,
    lateAcknowledge,
    acknowledgesGroups: options.acknowledgesGroups ?? !ncn,
    say,
  });

  const port = line.attach({
    name,
    octet: (octet, first) => {
      lastBusOctet = clock.now();
      reception.octet(octet, first);
    },
    acknowledge: () => reception.acknowledge(clock.now() < state.busyUntil),
    frameEnd: reception.end,
    power: (on) => {
      if (supply === "bus") link.clear();
      if (on) begin(POWER_UP_MS);
      else forget();
    },
  });

  const forget = (): void => {
    cancelReset();
    port.abort();
    services.clear();
    upload.clear();
    reception.clear();
    refusing = false;
    state.mode = "sync";
    state.settings = POWER_ON_SETTINGS;
    state.busyUntil = 0;
  };

  const startUp = (ms: number): void => {
    forget();
    cancelReset = clock.after(ms, indicateReset);
  };

  const begin = (ms: number): void => {
    link.clear();
    tally.resets++;
    startUp(ms);
  };

  /** Siemens and Elmos wait for the line to be silent. */
  const indicateReset = (): void => {
    const wait = ncn ? 0 : lastBusOctet + RESET_MS - clock.now();
    if (wait > 0) cancelReset = clock.after(wait, indicateReset);
    else if (line.powered) {
      state.mode = "normal";
      if (resetBreak) say(0x00);
      say(0x03);
    }
  };

  begin(POWER_UP_MS);

  return {
    kind,
    name,
    baud,
    write: link.write,
    onOctets: link.onOctets,
    busyMs: link.busyMs,
    reset: () => begin(resetMs),
    mute: (on) => {
      state.muted = on;
    },
    overheat: (on) => {
      state.hot = on;
      if (state.mode === "normal" && !ncn) sayState(0);
    },
    tally,
    detach: () => {
      cancelReset();
      port.detach();
    },
  };
};

const isReset = (service: HostService | "unknown"): boolean =>
  service !== "unknown" && service.type === "U_Reset.req";

const isHeardInBusmonitor = (service: HostService | "unknown", ncn: boolean): boolean =>
  service !== "unknown" &&
  (isReset(service) ||
    (ncn && (service.type === "U_StopMode.req" || service.type.endsWith("Register.req"))));

/** Bits of State.ind. */
const RECEIVE_ERROR = 0x40;
const PROTOCOL_ERROR = 0x10;
const TOO_HOT = 0x08;

const SYSTEM_MODE = { sync: 0x01, stop: 0x02, normal: 0x03, busmonitor: 0x03 } as const;

/** Release a. */
const TPUART2_PRODUCT = 0x41;
/** No source tells the value; any octet does. */
const E981_PRODUCT = 0x01;

/** Silence on the bus before Reset.ind, `tp-uart.md` 5.1; NCN is faster. */
const RESET_MS = 40 * BIT_MS;
const NCN_RESET_MS = 1.5;
/** From bus voltage to a chip that works; no source gives it. */
const POWER_UP_MS = 20;
/** ActivateBusyMode of a TP-UART 2 ends by itself. */
const BUSY_MODE_MS = 700;
/** The longest pause inside one service; the E981 data sheet has a limit, but no source at hand gives it. */
const SERVICE_GAP_MS = 10;
