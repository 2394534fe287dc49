/*
 * The link to the transceiver: is there a port, a chip, a bus? One table owns every move.
 */

/**
 * closed: no port · resetting: Reset.req sent, Reset.ind awaited · pausing: until the next Reset.req · identifying: the chip is
 * asked which one it is · checking: configured after a reset, first state answer awaited · online · polling: online, state
 * answer awaited · unpowered: the chip lives, the bus does not · busmonitor: the chip only listens
 */
export type LinkState =
  | "closed"
  | "resetting"
  | "pausing"
  | "identifying"
  | "checking"
  | "online"
  | "polling"
  | "unpowered"
  | "busmonitor";

/** The answers of a chip that is up are events of their own while it is wanted as a busmonitor. */
export type LinkAnswer = "state answer" | "bus voltage present";

export type LinkEvent =
  | "port opened"
  | "port closed"
  | "reset requested"
  | "reset indication"
  | "reset indication, chip unknown"
  | "chip identified"
  | LinkAnswer
  | `${LinkAnswer}, busmonitor wanted`
  | "bus voltage missing"
  | "busmonitor requested"
  | "busmonitor ended"
  | "timeout, tries left"
  | "timeout, tries used up"
  | "timeout, octets seen";

/**
 * -: nothing · reset: Reset.req · identify: ask for the kind of chip · configure: tell the chip its configuration, ask for its
 * state · poll: ask for its state · watch: wait until the next poll · pause: wait, longer each time · up / down: tell the layers
 * above · listen: tell the layers above that nothing is sent any more, and the chip to do nothing but listen · wait for port:
 * it may be back at once, because it was us who closed it · close: no timer runs
 */
export type LinkAction =
  | "-"
  | "reset"
  | "down, reset"
  | "identify"
  | "configure"
  | "poll"
  | "watch"
  | "up, watch"
  | "pause"
  | "down, watch"
  | "listen"
  | "wait for port"
  | "down, close";

/** Where the link goes, and what it does on the way. */
type Cell = readonly [next: LinkState, action: LinkAction];

type Row = readonly [
  closed: Cell,
  resetting: Cell,
  pausing: Cell,
  identifying: Cell,
  checking: Cell,
  online: Cell,
  polling: Cell,
  unpowered: Cell,
  busmonitor: Cell,
];

const COLUMN = {
  closed: 0,
  resetting: 1,
  pausing: 2,
  identifying: 3,
  checking: 4,
  online: 5,
  polling: 6,
  unpowered: 7,
  busmonitor: 8,
} as const satisfies Record<LinkState, number>;

/** All of them, the first one where it begins. */
export const LINK_STATES: readonly LinkState[] = Object.keys(COLUMN).filter(
  (state): state is LinkState => state in COLUMN,
);

// biome-ignore format: read by column
export const LINK_TABLE = {
  //                                          closed                     resetting                    pausing                      identifying                  checking                      online                        polling                       unpowered                    busmonitor
  "port opened":                             [["resetting", "reset"],    ["resetting", "reset"],      ["resetting", "reset"],      ["resetting", "reset"],      ["resetting", "reset"],       ["resetting", "down, reset"], ["resetting", "down, reset"], ["resetting", "reset"],      ["resetting", "reset"]],
  "port closed":                             [["closed", "-"],           ["closed", "down, close"],   ["closed", "wait for port"], ["closed", "down, close"],   ["closed", "down, close"],    ["closed", "down, close"],    ["closed", "down, close"],    ["closed", "down, close"],   ["closed", "down, close"]],
  "reset requested":                         [["closed", "-"],           ["resetting", "-"],          ["resetting", "reset"],      ["resetting", "reset"],      ["resetting", "reset"],       ["resetting", "reset"],       ["resetting", "reset"],       ["resetting", "reset"],      ["resetting", "reset"]],
  "reset indication":                        [["closed", "-"],           ["checking", "configure"],   ["checking", "configure"],   ["checking", "configure"],   ["checking", "configure"],    ["checking", "configure"],    ["checking", "configure"],    ["checking", "configure"],   ["busmonitor", "listen"]],
  "reset indication, chip unknown":          [["closed", "-"],           ["identifying", "identify"], ["identifying", "identify"], ["identifying", "identify"], ["identifying", "identify"],  ["identifying", "identify"],  ["identifying", "identify"],  ["identifying", "identify"], ["busmonitor", "listen"]],
  "chip identified":                         [["closed", "-"],           ["resetting", "-"],          ["pausing", "-"],            ["checking", "configure"],   ["checking", "-"],            ["online", "-"],              ["polling", "-"],             ["unpowered", "-"],          ["busmonitor", "-"]],
  "state answer":                            [["closed", "-"],           ["resetting", "-"],          ["pausing", "-"],            ["identifying", "-"],        ["online", "up, watch"],      ["online", "-"],              ["online", "watch"],          ["unpowered", "-"],          ["busmonitor", "-"]],
  "state answer, busmonitor wanted":         [["closed", "-"],           ["resetting", "-"],          ["pausing", "-"],            ["identifying", "-"],        ["busmonitor", "listen"],     ["busmonitor", "listen"],     ["busmonitor", "listen"],     ["unpowered", "-"],          ["busmonitor", "-"]],
  "bus voltage present":                     [["closed", "-"],           ["resetting", "-"],          ["pausing", "-"],            ["identifying", "-"],        ["online", "up, watch"],      ["online", "-"],              ["online", "watch"],          ["checking", "configure"],   ["busmonitor", "-"]],
  "bus voltage present, busmonitor wanted":  [["closed", "-"],           ["resetting", "-"],          ["pausing", "-"],            ["identifying", "-"],        ["busmonitor", "listen"],     ["busmonitor", "listen"],     ["busmonitor", "listen"],     ["checking", "configure"],   ["busmonitor", "-"]],
  "bus voltage missing":                     [["closed", "-"],           ["resetting", "-"],          ["pausing", "-"],            ["identifying", "-"],        ["unpowered", "down, watch"], ["unpowered", "down, watch"], ["unpowered", "down, watch"], ["unpowered", "watch"],      ["busmonitor", "-"]],
  "busmonitor requested":                    [["closed", "-"],           ["resetting", "-"],          ["pausing", "-"],            ["identifying", "-"],        ["checking", "-"],            ["busmonitor", "listen"],     ["polling", "-"],             ["unpowered", "-"],          ["busmonitor", "-"]],
  "busmonitor ended":                        [["closed", "-"],           ["resetting", "-"],          ["pausing", "-"],            ["identifying", "-"],        ["checking", "-"],            ["online", "-"],              ["polling", "-"],             ["unpowered", "-"],          ["resetting", "reset"]],
  "timeout, tries left":                     [["closed", "down, close"], ["resetting", "reset"],      ["resetting", "reset"],      ["identifying", "identify"], ["checking", "poll"],         ["polling", "poll"],          ["polling", "poll"],          ["unpowered", "poll"],       ["busmonitor", "-"]],
  "timeout, tries used up":                  [["closed", "down, close"], ["pausing", "pause"],        ["resetting", "reset"],      ["checking", "configure"],   ["resetting", "down, reset"], ["polling", "poll"],          ["resetting", "down, reset"], ["resetting", "reset"],      ["busmonitor", "-"]],
  "timeout, octets seen":                    [["closed", "down, close"], ["resetting", "reset"],      ["resetting", "reset"],      ["identifying", "identify"], ["checking", "poll"],         ["online", "watch"],          ["polling", "poll"],          ["unpowered", "poll"],       ["busmonitor", "-"]],
} as const satisfies Record<LinkEvent, Row>;

/** The only way a link changes its state. */
export const linkCell = (state: LinkState, event: LinkEvent): Cell =>
  LINK_TABLE[event][COLUMN[state]];

/** Frames are received, acknowledged and sent in these states. A reset nobody asked for does not make the link go down. */
export const isUp = (state: LinkState): boolean =>
  state === "online" || state === "polling" || state === "checking";

/** The chip was asked for its state and has not answered yet. */
export const owesAnswer = (state: LinkState): boolean =>
  state === "polling" || state === "checking" || state === "unpowered";
