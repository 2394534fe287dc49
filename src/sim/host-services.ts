import type { ChipKind } from "../core/config.ts";

/** What a host may ask of a chip. `tp-uart.md` 2. */
export type HostService = Readonly<
  | { type: "U_Reset.req" }
  | { type: "U_State.req" }
  | { type: "U_SystemState.req" }
  | { type: "U_SetBusy.req"; on: boolean }
  | { type: "U_ActivateBusmon.req" }
  | { type: "U_StopMode.req"; on: boolean }
  | { type: "U_AckInformation.req"; addressed: boolean; busy: boolean; nak: boolean }
  | { type: "U_Configure.req"; polling: boolean; crc: boolean; marker: boolean }
  | { type: "U_ProductID.req" }
  | { type: "U_ActivateCRC.req" }
  | { type: "U_SetRepetition.req"; nak: number; busy: number }
  | { type: "U_SetAddress.req"; address: number }
  | { type: "U_WriteRegister.req"; register: number; value: number }
  | { type: "U_ReadRegister.req"; register: number }
  | { type: "U_L_DataOffset.req"; offset: number }
  | { type: "U_L_DataStart.req"; octet: number }
  | { type: "U_L_DataContinue.req"; index: number; octet: number }
  | { type: "U_L_DataEnd.req"; index: number; octet: number }
  | { type: "U_PollingState.req"; slot: number; poll: number; state: number }
  /** Known to the chip, without effect here. */
  | { type: "other" }
>;

type Make = (opcode: number, a: number, b: number, c: number) => HostService;
type Row = readonly [from: number, to: number, operands: number, make: Make];

/** Reads services octet by octet. An operand is whatever octet comes next: a lost one shifts all that follows. */
export interface ServiceReader {
  /** @returns the service that this octet completes, nothing while one is incomplete, or that there is no such service */
  read(octet: number): HostService | "incomplete" | "unknown";
  readonly inside: boolean;
  clear(): void;
}

export const serviceReader = (kind: ChipKind): ServiceReader => {
  const rows = TABLES[kind];
  let row: Row | undefined;
  let octets: number[] = [];
  return {
    read: (octet) => {
      row ??= rows.find(([from, to]) => octet >= from && octet <= to);
      if (row === undefined) return "unknown";
      octets.push(octet);
      const [, , operands, make] = row;
      if (octets.length <= operands) return "incomplete";
      const [opcode = 0, a = 0, b = 0, c = 0] = octets;
      row = undefined;
      octets = [];
      return make(opcode, a, b, c);
    },
    get inside() {
      return row !== undefined;
    },
    clear: () => {
      row = undefined;
      octets = [];
    },
  };
};

const word = (high: number, low: number): number => (high << 8) | low;
const constant =
  (service: HostService): Make =>
  () =>
    service;
const cont = (index: number, octet: number): HostService => ({
  type: "U_L_DataContinue.req",
  index,
  octet,
});
const end = (index: number, octet: number): HostService => ({
  type: "U_L_DataEnd.req",
  index,
  octet,
});

const setAddress: Make = (_, high, low) => ({
  type: "U_SetAddress.req",
  address: word(high, low),
});

// biome-ignore format: read by column
const ALL: readonly Row[] = [
  [0x01, 0x01, 0, constant({ type: "U_Reset.req" })],
  [0x02, 0x02, 0, constant({ type: "U_State.req" })],
  [0x05, 0x05, 0, constant({ type: "U_ActivateBusmon.req" })],
  [0x10, 0x17, 0, (opcode) => ({ type: "U_AckInformation.req", addressed: (opcode & 1) !== 0, busy: (opcode & 2) !== 0, nak: (opcode & 4) !== 0 })],
  [0x80, 0x80, 1, (_, octet) => ({ type: "U_L_DataStart.req", octet })],
  [0xe0, 0xee, 3, (opcode, high, low, state) => ({ type: "U_PollingState.req", slot: opcode & 0x0f, poll: word(high, low), state })],
];

// biome-ignore format: read by column
const SIEMENS: readonly Row[] = [
  ...ALL,
  [0x20, 0x20, 0, constant({ type: "U_ProductID.req" })],
  [0x21, 0x21, 0, constant({ type: "U_SetBusy.req", on: true })],
  [0x22, 0x22, 0, constant({ type: "U_SetBusy.req", on: false })],
  [0x24, 0x24, 1, (_, counts) => ({ type: "U_SetRepetition.req", busy: counts >> 5, nak: counts & 0x07 })],
  [0x25, 0x25, 0, constant({ type: "U_ActivateCRC.req" })],
  [0x28, 0x28, 2, setAddress],
  [0x47, 0x7f, 1, (opcode, octet) => end(opcode & 0x3f, octet)],
  [0x81, 0xbe, 1, (opcode, octet) => cont(opcode & 0x3f, octet)],
];

// biome-ignore format: read by column
const TABLES: Record<ChipKind, readonly Row[]> = {
  tpuart2: SIEMENS,
  e981: [
    ...SIEMENS,
    [0x29, 0x2a, 0, constant({ type: "other" })],
    [0x2b, 0x2b, 1, constant({ type: "other" })],
    [0x2e, 0x2e, 2, (_, high, low) => ({ type: "U_ReadRegister.req", register: word(high, low) })],
    [0x2f, 0x2f, 3, (_, high, low, value) => ({ type: "U_WriteRegister.req", register: word(high, low), value })],
    [0xc0, 0xc1, 2, (opcode, low, octet) => cont(word(opcode & 1, low), octet)],
    [0xd0, 0xd1, 2, (opcode, low, octet) => end(word(opcode & 1, low), octet)],
  ],
  ncn5120: [
    ...ALL,
    [0x03, 0x03, 0, constant({ type: "U_SetBusy.req", on: true })],
    [0x04, 0x04, 0, constant({ type: "U_SetBusy.req", on: false })],
    [0x08, 0x0c, 0, (opcode) => ({ type: "U_L_DataOffset.req", offset: opcode & 0x07 })],
    [0x0d, 0x0d, 0, constant({ type: "U_SystemState.req" })],
    [0x0e, 0x0e, 0, constant({ type: "U_StopMode.req", on: true })],
    [0x0f, 0x0f, 0, constant({ type: "U_StopMode.req", on: false })],
    [0x18, 0x1f, 0, (opcode) => ({ type: "U_Configure.req", polling: (opcode & 4) !== 0, crc: (opcode & 2) !== 0, marker: (opcode & 1) !== 0 })],
    [0x28, 0x2b, 1, (opcode, value) => ({ type: "U_WriteRegister.req", register: opcode & 3, value })],
    [0x38, 0x3b, 0, (opcode) => ({ type: "U_ReadRegister.req", register: opcode & 3 })],
    [0x40, 0x7f, 1, (opcode, octet) => end(opcode & 0x3f, octet)],
    [0x81, 0xbf, 1, (opcode, octet) => cont(opcode & 0x3f, octet)],
    [0xf1, 0xf1, 3, setAddress],
    [0xf2, 0xf2, 3, (_, counts) => ({ type: "U_SetRepetition.req", busy: (counts >> 4) & 0x07, nak: counts & 0x07 })],
  ],
};
