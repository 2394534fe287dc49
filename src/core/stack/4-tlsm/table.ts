import type { TlsmStyle } from "../../config.ts";

/*
 * The connection-oriented transport layer state machines, one table each. KNX 03.03.04 Transport Layer §5; `layers.md` C.
 * One machine runs for each partner; a partner without one is in the state closed.
 */

/**
 * closed: no connection · connecting: T_Connect is on its way, its local confirmation awaited (style 3 only) · openIdle: nothing
 * outstanding · openWait: own data sent, its T_ACK awaited
 */
export type ConnectionState = "closed" | "openIdle" | "openWait" | "connecting";

/**
 * A0: nothing · A1: opened from there · A2: acknowledge and deliver · A3: acknowledge once more · A4: T_NAK · A5: closed from there ·
 * A6: T_Disconnect, closed here · A7: send data · A8: it was acknowledged · A9: send it again · A10: T_Disconnect to whoever that
 * was · A11: keep the request · A12: T_Connect · A13: connected · A14: T_Disconnect as asked · A15: it was closed already
 */
// biome-ignore format: one line
export type Action = "A0" | "A1" | "A2" | "A3" | "A4" | "A5" | "A6" | "A7" | "A8" | "A9" | "A10" | "A11" | "A12" | "A13" | "A14" | "A15";

type Cell = readonly [next: ConnectionState, action: Action];
type Row = readonly [closed: Cell, openIdle: Cell, openWait: Cell, connecting?: Cell];

const COLUMN = { closed: 0, openIdle: 1, openWait: 2, connecting: 3 } as const satisfies Record<
  ConnectionState,
  number
>;

/**
 * Style 3, for a device that is a client as well. One cell differs from the standard: E06 in connecting tears the connection down
 * (A6), so it is closed afterwards; the published table stays in connecting without a timer (`layers.md` F 15).
 */
// biome-ignore format: read by column
const STYLE_3 = {
  //                                 closed                openIdle                openWait                connecting
  "E00 connect from partner":       [["openIdle", "A1"],  ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A0"]],
  "E01 connect from another":       [["openIdle", "A1"],  ["openIdle", "A10"],   ["openWait", "A10"],   ["connecting", "A10"]],
  "E02 disconnect from partner":    [["closed", "A0"],    ["closed", "A5"],      ["closed", "A5"],      ["closed", "A5"]],
  "E03 disconnect from another":    [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A0"]],
  "E04 data, expected number":      [["closed", "A0"],    ["openIdle", "A2"],    ["openWait", "A2"],    ["closed", "A6"]],
  "E05 data, previous number":      [["closed", "A0"],    ["openIdle", "A3"],    ["openWait", "A3"],    ["connecting", "A3"]],
  "E06 data, wrong number":         [["closed", "A0"],    ["openIdle", "A4"],    ["openWait", "A4"],    ["closed", "A6"]],
  "E07 data from another":          [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A10"]],
  "E08 ack, right number":          [["closed", "A0"],    ["openIdle", "A0"],    ["openIdle", "A8"],    ["closed", "A6"]],
  "E09 ack, wrong number":          [["closed", "A0"],    ["openIdle", "A0"],    ["closed", "A6"],      ["closed", "A6"]],
  "E10 ack from another":           [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A10"]],
  "E11 nak, wrong number":          [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["closed", "A6"]],
  "E11b nak, any number":           [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A0"]], // does not occur
  "E12 nak, tries left":            [["closed", "A0"],    ["closed", "A6"],      ["openWait", "A9"],    ["closed", "A6"]],
  "E13 nak, tries used up":         [["closed", "A0"],    ["closed", "A6"],      ["closed", "A6"],      ["closed", "A6"]],
  "E14 nak from another":           [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A10"]],
  "E15 data request":               [["closed", "A0"],    ["openWait", "A7"],    ["openWait", "A11"],   ["connecting", "A11"]],
  "E16 connection timeout":         [["closed", "A0"],    ["closed", "A6"],      ["closed", "A6"],      ["closed", "A6"]],
  "E17 ack timeout, tries left":    [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A9"],    ["connecting", "A0"]],
  "E18 ack timeout, tries used up": [["closed", "A0"],    ["openIdle", "A0"],    ["closed", "A6"],      ["connecting", "A0"]],
  "E19 connect confirmed":          [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["openIdle", "A13"]],
  "E20 connect not confirmed":      [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["closed", "A5"]],
  "E21 disconnect sent":            [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A0"]],
  "E22 data sent":                  [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A0"]],
  "E23 ack sent":                   [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A0"]],
  "E24 nak sent":                   [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A0"]],
  "E25 connect request":            [["connecting", "A12"], ["closed", "A6"],      ["closed", "A6"],      ["closed", "A6"]],
  "E26 disconnect request":         [["closed", "A15"],   ["closed", "A14"],     ["closed", "A14"],     ["closed", "A14"]],
  "E27 anything else":              [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"],    ["connecting", "A0"]],
} as const satisfies Record<string, Row>;

/** What can happen to a connection, in the standard's numbering. */
export type ConnectionEvent = keyof typeof STYLE_3;

/** Style 1: strangers and stray TPDUs are answered with T_Disconnect. */
// biome-ignore format: read by column
const STYLE_1 = {
  //                                 closed                openIdle                openWait
  "E00 connect from partner":       [["openIdle", "A1"],  ["closed", "A6"],      ["closed", "A6"]],
  "E01 connect from another":       [["openIdle", "A1"],  ["openIdle", "A10"],   ["openWait", "A10"]],
  "E02 disconnect from partner":    [["closed", "A0"],    ["closed", "A5"],      ["closed", "A5"]],
  "E03 disconnect from another":    [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E04 data, expected number":      [["closed", "A10"],   ["openIdle", "A2"],    ["openWait", "A2"]],
  "E05 data, previous number":      [["closed", "A10"],   ["openIdle", "A3"],    ["openWait", "A3"]],
  "E06 data, wrong number":         [["closed", "A10"],   ["openIdle", "A4"],    ["openWait", "A4"]],
  "E07 data from another":          [["closed", "A10"],   ["openIdle", "A10"],   ["openWait", "A10"]],
  "E08 ack, right number":          [["closed", "A10"],   ["closed", "A6"],      ["openIdle", "A8"]],
  "E09 ack, wrong number":          [["closed", "A10"],   ["closed", "A6"],      ["closed", "A6"]],
  "E10 ack from another":           [["closed", "A10"],   ["openIdle", "A10"],   ["openWait", "A10"]],
  "E11 nak, wrong number":          [["closed", "A10"],   ["closed", "A6"],      ["closed", "A6"]],
  "E11b nak, any number":           [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]], // does not occur
  "E12 nak, tries left":            [["closed", "A10"],   ["closed", "A6"],      ["openWait", "A9"]],
  "E13 nak, tries used up":         [["closed", "A10"],   ["closed", "A6"],      ["closed", "A6"]],
  "E14 nak from another":           [["closed", "A10"],   ["openIdle", "A10"],   ["openWait", "A10"]],
  "E15 data request":               [["closed", "A5"],    ["openWait", "A7"],    ["closed", "A6"]],
  "E16 connection timeout":         [["closed", "A0"],    ["closed", "A6"],      ["closed", "A6"]],
  "E17 ack timeout, tries left":    [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A9"]],
  "E18 ack timeout, tries used up": [["closed", "A0"],    ["openIdle", "A0"],    ["closed", "A6"]],
  "E19 connect confirmed":          [["closed", "A0"],    ["openIdle", "A13"],   ["openWait", "A13"]],
  "E20 connect not confirmed":      [["closed", "A0"],    ["closed", "A5"],      ["closed", "A5"]],
  "E21 disconnect sent":            [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E22 data sent":                  [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E23 ack sent":                   [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E24 nak sent":                   [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E25 connect request":            [["openIdle", "A12"],  ["closed", "A6"],      ["closed", "A6"]],
  "E26 disconnect request":         [["closed", "A15"],   ["closed", "A14"],     ["closed", "A14"]],
  "E27 anything else":              [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
} as const satisfies Record<ConnectionEvent, Row>;

/** Style 1 rationalised: one timer, no repetition, never a T_NAK. */
// biome-ignore format: read by column
const STYLE_1R = {
  //                                 closed                openIdle                openWait
  "E00 connect from partner":       [["openIdle", "A1"],  ["closed", "A6"],      ["closed", "A6"]],
  "E01 connect from another":       [["openIdle", "A1"],  ["openIdle", "A10"],   ["openWait", "A10"]],
  "E02 disconnect from partner":    [["closed", "A0"],    ["closed", "A5"],      ["closed", "A5"]],
  "E03 disconnect from another":    [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E04 data, expected number":      [["closed", "A10"],   ["openIdle", "A2"],    ["openWait", "A2"]],
  "E05 data, previous number":      [["closed", "A10"],   ["openIdle", "A3"],    ["openWait", "A3"]],
  "E06 data, wrong number":         [["closed", "A10"],   ["closed", "A6"],      ["closed", "A6"]],
  "E07 data from another":          [["closed", "A10"],   ["openIdle", "A10"],   ["openWait", "A10"]],
  "E08 ack, right number":          [["closed", "A10"],   ["closed", "A6"],      ["openIdle", "A8"]],
  "E09 ack, wrong number":          [["closed", "A10"],   ["closed", "A6"],      ["closed", "A6"]],
  "E10 ack from another":           [["closed", "A10"],   ["openIdle", "A10"],   ["openWait", "A10"]],
  "E11 nak, wrong number":          [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]], // does not occur
  "E11b nak, any number":           [["closed", "A10"],   ["closed", "A6"],      ["closed", "A6"]],
  "E12 nak, tries left":            [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]], // does not occur
  "E13 nak, tries used up":         [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]], // does not occur
  "E14 nak from another":           [["closed", "A10"],   ["openIdle", "A10"],   ["openWait", "A10"]],
  "E15 data request":               [["closed", "A5"],    ["openWait", "A7"],    ["openWait", "A11"]],
  "E16 connection timeout":         [["closed", "A0"],    ["closed", "A6"],      ["closed", "A6"]],
  "E17 ack timeout, tries left":    [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]], // does not occur
  "E18 ack timeout, tries used up": [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]], // does not occur
  "E19 connect confirmed":          [["closed", "A0"],    ["openIdle", "A13"],   ["openWait", "A13"]],
  "E20 connect not confirmed":      [["closed", "A0"],    ["closed", "A5"],      ["closed", "A5"]],
  "E21 disconnect sent":            [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E22 data sent":                  [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E23 ack sent":                   [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
  "E24 nak sent":                   [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]], // does not occur
  "E25 connect request":            [["openIdle", "A12"],  ["closed", "A6"],      ["closed", "A6"]],
  "E26 disconnect request":         [["closed", "A15"],   ["closed", "A14"],     ["closed", "A14"]],
  "E27 anything else":              [["closed", "A0"],    ["openIdle", "A0"],    ["openWait", "A0"]],
} as const satisfies Record<ConnectionEvent, Row>;

const TABLES = { "1": STYLE_1, "1r": STYLE_1R, "3": STYLE_3 } as const satisfies Record<
  TlsmStyle,
  Readonly<Record<ConnectionEvent, Row>>
>;

/** The only way a connection changes its state. */
export const connectionCell = (
  style: TlsmStyle,
  state: ConnectionState,
  event: ConnectionEvent,
): Cell => {
  const row: Row = TABLES[style][event];
  return row[COLUMN[state]] ?? [state, "A0"];
};

/** The states a style has, as the columns of its table. */
export const statesOf = (style: TlsmStyle): readonly ConnectionState[] =>
  style === "3"
    ? ["closed", "openIdle", "openWait", "connecting"]
    : ["closed", "openIdle", "openWait"];

/** Every event, in the order of the rows. */
export const CONNECTION_EVENTS: readonly ConnectionEvent[] = Object.keys(STYLE_3).filter(
  (event): event is ConnectionEvent => event in STYLE_3,
);
