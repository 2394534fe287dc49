import type { DeviceRecord } from "../../src/core/effect.ts";
import { explainFrame } from "../../src/core/explain.ts";
import { type Octets, toHex } from "../../src/core/octets.ts";
import { type Frame, octetsOf, readFrame, SYSTEM, writeFrame } from "../../src/sim/frame.ts";
import { hex, testStack } from "../../src/testing.ts";

/*
 * The engineering tool, 1.1.250, at the serial side of a whole stack: it is the line and the chip as well. Its frames are
 * written and read apart from the stack.
 */

/**
 * A line of a script: step, what it is, what happens, request and answer without the number of the TPDU. What a broadcast
 * brings begins with the address it came from.
 */
export type Row = readonly [
  step: string,
  what: string,
  how: How,
  request: string,
  ...answers: readonly string[],
];

/**
 * `connect`, `disconnect`: T_Connect, T_Disconnect · `ask`: data in the connection · `plain`: data without one ·
 * `nobody`: the same, where nobody is · `all`: broadcast · `group`: to the group address the request begins with · `press`: the programming button ·
 * `wait`: so many ms
 */
type How =
  | "connect"
  | "disconnect"
  | "ask"
  | "plain"
  | "nobody"
  | "all"
  | "group"
  | "press"
  | "wait";

/** @param options of the device, which ETS knows as 1.1.5 or is about to name so */
export const ets = (options: Parameters<typeof testStack>[0]) => {
  const stack = testStack(options);
  const chip = uploads();
  const faults: string[] = [];
  let lines: string[] = [];
  let label = "";
  let record: DeviceRecord | null = null;
  let acknowledged = false;
  /** Numbers of the next data telegram, ours and theirs. */
  let numbers = { sent: 0, received: 0 };

  const fault = (text: string): void => {
    faults.push(`${label}: ${text}`);
  };

  const note = (direction: "←" | "→", octets: Octets, what: string): void => {
    const { tpdu } = readFrame(octets) ?? { tpdu: [] };
    const at = stack.clock.now().toFixed(0).padStart(6);
    const control = toHex(octets.slice(0, 1));
    lines.push(`${label.padEnd(3)}${at} ${direction} ${control}  ${toHex(tpdu)}   ${what}`);
  };

  /** What the stack has done meanwhile; a frame of its own comes back from the line, acknowledged and confirmed. */
  const look = (): readonly Frame[] => {
    let asked = false;
    for (const effect of stack.effects()) {
      if (effect.for === "store" && effect.type === "save") record = effect.record;
      if (effect.for !== "serial" || effect.type !== "write") continue;
      if (toHex(effect.octets) === ACKNOWLEDGE) acknowledged = true;
      asked ||= toHex(effect.octets) === STATE_REQUEST;
      chip.take(effect.octets);
    }
    if (asked) stack.receive(STATE);
    const octets = chip.next();
    if (octets === undefined) return [];
    const frame = readFrame(octets);
    if (frame === undefined) {
      fault(`no frame: ${toHex(octets)}`);
      return [];
    }
    if (frame.priority !== SYSTEM) fault("not of system priority");
    if (toHex(octets) !== toHex(writeFrame(frame)))
      fault(`not written like that: ${toHex(octets)}`);
    stack.receive(toHex(octets));
    note("→", octets, meaningOf(octets));
    stack.clock.advance(2);
    stack.receive(CONFIRMED);
    return [frame, ...look()];
  };

  /** Until so many frames have come, or this time has passed. */
  const listen = (ms: number, count = Number.POSITIVE_INFINITY): readonly Frame[] => {
    const frames: Frame[] = [];
    const until = stack.clock.now() + ms;
    while (frames.length < count && stack.clock.now() < until) {
      stack.clock.advance(1);
      frames.push(...look());
    }
    return frames;
  };

  /** @returns whether the device acknowledged it on the line */
  const send = (destination: number, toGroup: boolean, tpdu: Octets, what: string): boolean => {
    const frame = { source: ETS, destination, toGroup, priority: SYSTEM, hops: 6, tpdu };
    const octets = writeFrame(frame);
    acknowledged = false;
    look();
    note("←", octets, what);
    stack.receive(toHex(octets));
    const early = look();
    stack.clock.advance(3);
    if (early.length > 0) fault("spoke inside of a frame");
    return acknowledged;
  };

  const toDevice = (tpdu: Octets, what: string): void => {
    if (!send(DEVICE, false, tpdu, what)) fault(`${what} was not acknowledged on the line`);
  };

  /** Data of one side and T_ACK of the other, as often as the answers need. */
  const ask = (request: Octets, what: string, wanted: number): readonly string[] => {
    const [first = 0, ...rest] = request;
    toDevice([0x40 | (numbers.sent << 2) | first, ...rest], what);
    const [ack] = listen(T_ACK_LIMIT_MS, 1);
    const expected = 0xc2 | (numbers.sent << 2);
    if (ack === undefined || ack.tpdu.length !== 1 || ack.tpdu[0] !== expected)
      fault(`T_ACK ${numbers.sent} is missing`);
    numbers = { ...numbers, sent: (numbers.sent + 1) & 0x0f };
    const frames = listen(wanted > 0 ? ANSWER_LIMIT_MS : SILENCE_MS, Math.max(1, wanted));
    return frames.map(({ tpdu: [head = 0, ...data], source, destination, toGroup }) => {
      if (source !== DEVICE || destination !== ETS || toGroup) fault("not from the device to us");
      if ((head & 0xfc) !== (0x40 | (numbers.received << 2)))
        fault(`not number ${numbers.received}`);
      listen(T_ACK_PAUSE_MS);
      toDevice([0xc2 | (numbers.received << 2)], "T_ACK");
      numbers = { ...numbers, received: (numbers.received + 1) & 0x0f };
      return toHex([head & 0x03, ...data]);
    });
  };

  const perform = ([step, what, how, request, ...wanted]: Row): readonly string[] => {
    label = step;
    switch (how) {
      case "connect":
        numbers = { sent: 0, received: 0 };
        toDevice([0x80], what);
        return listen(PAUSE_MS).map(({ tpdu }) => toHex(tpdu));
      case "disconnect":
        toDevice([0x81], what);
        return listen(PAUSE_MS).map(({ tpdu }) => toHex(tpdu));
      case "ask":
        return ask(hex(request), what, wanted.length);
      case "plain":
        toDevice(hex(request), what);
        return listen(SILENCE_MS, Math.max(1, wanted.length)).map(({ tpdu }) => toHex(tpdu));
      case "nobody":
        if (send(DEVICE, false, hex(request), what)) fault("somebody is there");
        return listen(SILENCE_MS).map(({ tpdu }) => toHex(tpdu));
      case "all":
        send(0, true, hex(request), what);
        return listen(SILENCE_MS).map(
          ({ source, tpdu }) => `${toHex(octetsOf(source))}: ${toHex(tpdu)}`,
        );
      case "group": {
        const [high = 0, low = 0, ...tpdu] = hex(request);
        const isOurs = send((high << 8) | low, true, tpdu, what);
        return [
          isOurs ? "acknowledged" : "not for us",
          ...listen(PAUSE_MS).map(({ tpdu }) => toHex(tpdu)),
        ];
      }
      case "press":
        stack.deliver({ for: "device", type: "button.ind", at: stack.clock.now() });
        lines.push(`${label.padEnd(3)}${stack.clock.now().toFixed(0).padStart(6)}   ${what}`);
        return listen(PAUSE_MS).map(({ tpdu }) => toHex(tpdu));
      case "wait":
        return listen(Number(request)).map(({ tpdu }) => toHex(tpdu));
    }
  };

  return {
    /** @returns the same lines, with the answers that came */
    play: (script: readonly Row[]): readonly Row[] =>
      script.map((row) => {
        const [step, what, how, request] = row;
        const answers = perform(row);
        listen(PAUSE_MS).forEach(() => {
          fault("spoke without being asked");
        });
        return [step, what, how, request, ...answers];
      }),
    /** Whatever was not as it has to be, apart from the answers. */
    faults: (): readonly string[] => faults,
    /** Since the last call; one telegram a line: step, ms, direction, control octet and TPDU, meaning. */
    trace: (): string => {
      const text = `${lines.join("\n")}\n`;
      lines = [];
      return text;
    },
    /** What the store was told last. */
    record: (): DeviceRecord | null => record,
    stack,
  };
};

const ETS = 0x11fa;
const DEVICE = 0x1105;

/** U_AckInformation, addressed; U_State and its answer; L_Data.con. `tp-uart.md` */
const ACKNOWLEDGE = "11";
const STATE_REQUEST = "02";
const STATE = "07";
const CONFIRMED = "8b";

/** A T_ACK has to be there within this time. `layers.md` B */
const T_ACK_LIMIT_MS = 3_000;
/** As the tool was seen to wait for answers; and what is long enough to know that none comes. */
const ANSWER_LIMIT_MS = 6_000;
const SILENCE_MS = 500;
const T_ACK_PAUSE_MS = 20;
const PAUSE_MS = 40;

/** Puts frames together again from the services that carry their octets to the chip. */
const uploads = () => {
  let frame: number[] = [];
  const whole: Octets[] = [];
  return {
    take: (octets: Octets): void => {
      const rest = [...octets];
      for (let service = rest.shift(); service !== undefined; service = rest.shift()) {
        // U_SetRepetition, U_SetAddress
        if (service === 0x24) rest.splice(0, 1);
        if (service === 0x28) rest.splice(0, 2);
        // all other services are of one octet here
        if (service < 0x40 || service > 0xbf) continue;
        if (service === 0x80) frame = [];
        frame.push(rest.shift() ?? 0);
        if (service < 0x80) whole.push(frame);
      }
    },
    /** The next frame that the chip has as a whole. */
    next: (): Octets | undefined => whole.shift(),
  };
};

/** Service and data, as this project explains frames to people. */
const meaningOf = (octets: Octets): string => {
  const explained = explainFrame(octets);
  return explained.ok ? (explained.apci ?? explained.tpci) : explained.reason;
};
