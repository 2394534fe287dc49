import type { ChipKind, DlConfig, Repetitions } from "../../config.ts";
import type { Octets } from "../../octets.ts";
import { isFrameStart, MAX_FRAME } from "./frame.ts";

/*
 * The host services of the transceiver chips, both directions. `tp-uart.md` §2 and §3 name the data sheets.
 */

/** U_Reset.req, all chips. */
export const RESET_REQUEST: Octets = [0x01];
/** U_State.req, all chips. */
export const STATE_REQUEST: Octets = [0x02];
/** U_SystemState.req, NCN only. */
export const SYSTEM_STATE_REQUEST: Octets = [0x0d];
/** U_ActivateBusmon.req, all chips; only a reset leads out of it. */
export const BUSMONITOR_REQUEST: Octets = [0x05];
/** U_ProductID.req, TP-UART 2 and E981. */
export const PRODUCT_REQUEST: Octets = [0x20];
/** U_AckInformation, addressed: acknowledge the frame that is being received. */
export const ACKNOWLEDGE: Octets = [0x11];
/** U_AckInformation `0001 0 nack busy addressed`, whatever it says: of all services the only one that cannot wait. */
export const isAcknowledge = ({ length, 0: service = 0 }: Octets): boolean =>
  length === 1 && (service & 0xf8) === 0x10;

/** What an octet at a boundary between frames and services is. */
export type ServiceKind =
  | "frame"
  | "poll"
  | "confirmation"
  | "reset"
  | "state"
  | "frame-state"
  | "configuration"
  | "system-state"
  | "product"
  | "stop-mode"
  | "break"
  | "unexpected";

/**
 * Names an octet that stands at a known boundary; inside a frame every value occurs and means nothing.
 * @param chip undefined while it is being asked from the chip: then the services of all chips are recognised
 */
export const serviceOf = (chip: ChipKind | undefined, octet: number): ServiceKind => {
  if (isFrameStart(octet)) return "frame";
  if (octet === 0xf0) return "poll";
  if ((octet & 0x7f) === 0x0b) return "confirmation";
  if (octet === 0x03) return "reset";
  if ((octet & 0x07) === 0x07) return "state";
  if (octet === 0x00) return "break";
  if (chip === undefined || chip === "ncn5120") {
    if (octet === 0x4b) return "system-state";
    if (chip === undefined && octet === 0x41) return "product";
    if ((octet & 0x17) === 0x13) return "frame-state";
    if (octet === 0x2b) return "stop-mode";
    if ((octet & 0x83) === 0x01) return "configuration";
  }
  if (chip === undefined || chip === "e981") if (octet === 0xfe) return "product";
  return "unexpected";
};

/** Octets of a service that has more than one. */
export const serviceLength = (kind: ServiceKind, first: number): number =>
  kind === "system-state" || (kind === "product" && first === 0xfe) ? 2 : 1;

/** State.ind `SC RE TE PE TW 1 1 1`. */
export const STATE_FLAGS = {
  slaveCollision: 0x80,
  receiveError: 0x40,
  transmitError: 0x20,
  protocolError: 0x10,
  temperatureWarning: 0x08,
} as const;

/** SystemStat.ind (NCN), second octet: `V20V VDD2 VBUS VFILT XTAL TW mode mode`. */
export const hasBusVoltage = (status: number): boolean => (status & 0x20) !== 0;
/** Neither powering up nor stopped: frames are received and sent. */
export const isNormal = (status: number): boolean => (status & 0x03) === 0x03;
/** XTAL is 0: the oscillator does not run as it should. */
export const hasCrystalFault = (status: number): boolean => (status & 0x08) === 0;

/** FrameState.ind (NCN): bits 7…5 are receive, checksum and timing error. */
export const hasFrameError = (octet: number): boolean => (octet & 0xe0) !== 0;

/**
 * What has to be told to the chip after every reset, because it forgets everything: SetAddress only when the chip is to
 * acknowledge on its own, the repetition counters only when they differ from the chips' own default of 3 and 3.
 * @param told the repetitions the chip has: without a reset in between it may have others than its own default
 * @returns one entry per service; each has to be written in one piece
 */
export const configuration = (
  chip: ChipKind,
  config: DlConfig,
  told: Repetitions,
): readonly Octets[] => {
  const { repetitions } = config;
  const address = [config.address >> 8, config.address & 0xff];
  const services: Octets[] = [];
  if (config.acknowledge === "chip")
    services.push(chip === "ncn5120" ? [0xf1, ...address, 0x00] : [0x28, ...address]);
  if (!sameRepetitions(repetitions, CHIP_REPETITIONS) || !sameRepetitions(repetitions, told))
    services.push(repetitionService(chip, repetitions));
  return services;
};

/** What every chip does after a reset. */
export const CHIP_REPETITIONS: Repetitions = { nak: 3, busy: 3 };

export const sameRepetitions = (a: Repetitions, b: Repetitions): boolean =>
  a.nak === b.nak && a.busy === b.busy;

/** U_MxRstCnt, U_SetRepetition of an NCN: to be written in one piece; TP-UART 2 and E981 do not answer it. */
export const repetitionService = (chip: ChipKind, { nak, busy }: Repetitions): Octets =>
  chip === "ncn5120" ? [0xf2, (busy << 4) | nak, 0x00, 0x00] : [0x24, (busy << 5) | nak];

/** Octets of the longest frame the chip can send. A TP-UART 2 has 64 octets of buffer. */
export const longestFrame = (chip: ChipKind): number => (chip === "tpuart2" ? 64 : MAX_FRAME);

/**
 * The host services that carry one octet of a frame to the chip: L_DataStart, L_DataContinue with its index, L_DataEnd with
 * the check octet. From index 64 on NCN chips need the upper index bits first (DataOffset, sticky), the E981 has services
 * of its own; both for the whole of a frame that long.
 * @param frame the whole frame
 * @param index 0…length − 1
 * @see `tp-uart.md` §2 "L_Data upload", vectors 1 and 12
 */
export const uploadOctet = (chip: ChipKind, frame: Octets, index: number): Octets => {
  const octet = frame[index] ?? 0;
  const last = index === frame.length - 1;
  if (index === 0) return [0x80, octet];
  if (chip === "e981" && frame.length > 64)
    return [(last ? 0xd0 : 0xc0) | (index >> 8), index & 0xff, octet];
  const service = [(last ? 0x40 : 0x80) | (index & 0x3f), octet];
  return index >= 64 && (index & 0x3f) === 0 ? [0x08 | (index >> 6), ...service] : service;
};
