import type { Effect } from "../../effect.ts";
import type { DlImpulse, Impulse, Step } from "../../impulse.ts";
import { never } from "../../never.ts";
import type { Octets } from "../../octets.ts";
import type { DlTimer } from "../../timer.ts";
import { decideAcknowledge } from "./acknowledge.ts";
import { assemble, fallSilent } from "./assemble.ts";
import { decodeFrame, type Frame, sameTelegram } from "./frame.ts";
import { frameTimer, waitOn } from "./frame-timer.ts";
import { linkTimeout, move, resetOrGoOn } from "./link.ts";
import { isUp, owesAnswer } from "./link-table.ts";
import { onRawOctet, onRawSilence, requestBusmonitor } from "./listen.ts";
import { noteTelegram } from "./repeats.ts";
import { tellRepetitions } from "./repetitions.ts";
import { openRx, type RxEvent } from "./rx.ts";
import { forgotten, pump, request } from "./send.ts";
import { onService } from "./service.ts";
import type { DlState } from "./state.ts";
import { ACKNOWLEDGE } from "./tpuart.ts";
import { disturbed, echoed, isToUpload, type Sending } from "./transmit.ts";

/**
 * Data link layer of TP1 behind a transceiver chip: octets and timeouts in; acknowledges, frames for the network layer and
 * what goes to the chip out.
 * @see KNX 03.02.02 Communication Medium TP1, 03.03.02 Data Link Layer General; `tp-uart.md`
 */
export const dl = (state: DlState, impulse: DlImpulse): Step<DlState> => {
  switch (impulse.type) {
    case "octet.ind":
      return onOctet(state, impulse);
    case "L_Data.req":
      return request(state, impulse);
    case "timeout":
      return onTimeout(state, impulse.timer, impulse.at);
    case "port-opened.ind":
      return move({ ...state, rx: openRx(impulse.at) }, "port opened", impulse.at);
    case "port-closed.ind":
      return move({ ...state, rx: openRx(impulse.at) }, "port closed", impulse.at);
    case "configure.req": {
      const { config } = state;
      const {
        address = config.address,
        groups = config.groups,
        repetitions = config.repetitions,
      } = impulse;
      return tellRepetitions({ ...state, config: { ...config, address, groups, repetitions } });
    }
    case "watch.req":
      return [{ ...state, watched: impulse.on }, []];
    case "busmonitor.req":
      return requestBusmonitor(state, impulse);
    case "reset.req": {
      const [forgot, out] = forgotten(state, impulse.at);
      const [reset, more] = move(forgot, "reset requested", impulse.at);
      return [reset, [...more, ...out]];
    }
    default:
      return never(impulse);
  }
};

const onOctet = (
  state: DlState,
  arrival: Extract<DlImpulse, { type: "octet.ind" }>,
): Step<DlState> => {
  const { config, link, tx, recent, watched, monitor } = state;
  if (link.state === "closed") return [state, []];
  if (link.state === "busmonitor") return onRawOctet(state, arrival);
  const [rx, events] = assemble(state.rx, arrival, link.chip ?? undefined, owesAnswer(link.state));
  const before = state.rx.mode;
  // spelled out with every octet: a spread costs thirty times as much
  const received = { config, link, rx, tx, recent, watched, monitor };
  if (events.length === 0 && before !== "boundary") return [received, NONE];
  const timers = frameTimer(before !== "boundary", rx.mode !== "boundary");
  return onEvents(received, events, arrival.at, timers);
};

const onEvents = (
  state: DlState,
  events: readonly RxEvent[],
  at: number,
  last: readonly Effect[],
): Step<DlState> => {
  if (events.length === 0) return [state, last];
  const out: (Impulse | Effect)[] = [];
  let current = state;
  for (const event of events) {
    const [next, caused] = onEvent(current, event, at);
    current = next;
    out.push(...caused);
  }
  out.push(...last);
  return [current, out];
};

const onEvent = (state: DlState, event: RxEvent, at: number): Step<DlState> => {
  switch (event.found) {
    case "header":
      return onHeader(state, event);
    case "frame":
      return onFrame(state, event.octets, event.at);
    case "service":
      return onService(state, event.kind, event.octets, at);
    case "drop": {
      const [tx, out] = disturbed(state.tx);
      const drop: Effect = {
        for: "drops",
        type: "drop",
        reason: event.reason,
        octets: event.octets,
      };
      return [tx === state.tx ? state : { ...state, tx }, [...out, drop]];
    }
    case "resync":
      return [state, [{ for: "counters", type: "count", counter: "rx.resyncs", by: 1 }]];
    default:
      return never(event);
  }
};

const onHeader = (
  state: DlState,
  { octets, missing, behind }: Extract<RxEvent, { found: "header" }>,
): Step<DlState> => {
  const { link, config, tx } = state;
  const { current } = tx;
  if (isWithChip(current) && sameTelegram(octets, current.octets, octets.length)) {
    const [after, out] = echoed(tx, current);
    return [{ ...state, tx: after }, out];
  }
  if (!isUp(link.state)) return [state, NONE];
  const chip = link.chip ?? "tpuart2";
  switch (decideAcknowledge(config, chip, octets, missing, behind)) {
    case "yes":
      return [state, ACKNOWLEDGED];
    case "late":
      return [state, TOO_LATE];
    case "no":
      return [state, NONE];
  }
};

const onFrame = (state: DlState, octets: Octets, at: number): Step<DlState> => {
  const decoded = decodeFrame(octets);
  if (!decoded.ok) {
    const line: Impulse = {
      for: "bridge",
      type: "line.ind",
      octets: octets.length,
      own: false,
      at,
    };
    return [state, [line, { for: "drops", type: "drop", reason: decoded.reason, octets }]];
  }
  const step =
    decoded.value.source === state.config.address
      ? onOwnFrame(state, octets, at)
      : onForeignFrame(state, octets, decoded.value, at);
  return state.watched ? alsoTold(step, telegram(state, octets, decoded.value, at)) : step;
};

/** What somebody who watches the line is told of a frame. */
const telegram = (
  state: DlState,
  octets: Octets,
  { source, destination, tpdu }: Frame,
  at: number,
): Impulse => {
  const own = source === state.config.address && isEcho(state.tx.current, octets);
  return { for: "client", type: "telegram.ind", octets, own, source, destination, tpdu, at };
};

const alsoTold = ([state, out]: Step<DlState>, impulse: Impulse): Step<DlState> => [
  state,
  [...out, impulse],
];

const onForeignFrame = (
  state: DlState,
  octets: Octets,
  { source, destination, priority, hops, repeated, tpdu }: Frame,
  at: number,
): Step<DlState> => {
  const [recent, repetition] = noteTelegram(state.recent, source, octets, at);
  const out: (Impulse | Effect)[] = [
    { for: "bridge", type: "line.ind", octets: octets.length, own: false, at },
  ];
  // written out here and in the layers above: a spread costs more than the rest of a telegram's way
  if (!repetition)
    out.push({
      for: "nl",
      type: "L_Data.ind",
      source,
      destination,
      priority,
      hops,
      repeated,
      tpdu,
      at,
    });
  out.push(TELEGRAM, { for: "counters", type: "count", counter: "rx.octets", by: octets.length });
  if (repeated) out.push(REPEATED);
  if (repetition) out.push({ for: "drops", type: "drop", reason: "dl.repeated", octets });
  const { config, link, rx, tx, watched, monitor } = state;
  return [{ config, link, rx, tx, recent, watched, monitor }, out];
};

/**
 * The echo of what we send, counted at its header already unless that was unreadable; the echo of what a reset made us forget;
 * or somebody else has our address.
 */
const onOwnFrame = (state: DlState, octets: Octets, at: number): Step<DlState> => {
  const sending = state.tx.current;
  const own = isEcho(sending, octets);
  const line: Impulse = { for: "bridge", type: "line.ind", octets: octets.length, own, at };
  if (!own) {
    const drop: Effect = { for: "drops", type: "drop", reason: "dl.own-address", octets };
    return [state, [line, { for: "device", type: "own-address.ind", at }, drop]];
  }
  if (sending.echoes > 0) return [state, [line]];
  const [tx, out] = echoed(state.tx, sending);
  return [{ ...state, tx }, [line, ...out]];
};

/** A whole frame from the line is the one that the chip has from us. */
const isEcho = (sending: Sending | null, octets: Octets): sending is Sending =>
  isWithChip(sending) &&
  sending.octets.length === octets.length &&
  sameTelegram(octets, sending.octets);

/** Only what the chip has as a whole can come back from the line; even when a complaint was taken for its refusal, and it got more. */
const isWithChip = (sending: Sending | null): sending is Sending =>
  sending !== null && (sending.phase !== "uploading" || sending.uploads > 1);

const onTimeout = (state: DlState, { name }: DlTimer, at: number): Step<DlState> => {
  switch (name) {
    case "link":
      return linkTimeout(state, at);
    case "upload":
      return pump(state, at);
    case "frame":
      return onSilence(state, at);
    case "confirmation": {
      if (state.tx.current === null || isToUpload(state.tx.current)) return [state, NONE];
      const [forgot, out] = forgotten(state, at);
      if (state.tx.current.phase === "unsure") return resetOrGoOn([forgot, out], at);
      const [reset, more] = move(forgot, "reset requested", at);
      return [
        reset,
        [...more, ...out, { for: "bridge", type: "chip-reset.ind", why: "stuck", at }],
      ];
    }
    default:
      return never(name);
  }
};

const onSilence = (state: DlState, at: number): Step<DlState> => {
  if (state.link.state === "busmonitor") return onRawSilence(state, at);
  if (state.rx.mode === "boundary") return [state, NONE];
  const wait = waitOn(state.rx.lastAt, at);
  if (wait !== undefined) return [state, wait];
  const { link } = state;
  const [rx, events] = fallSilent(state.rx, link.chip ?? undefined, owesAnswer(link.state));
  return onEvents({ ...state, rx }, events, at, NONE);
};

const NONE: readonly Effect[] = [];
const ACKNOWLEDGED: readonly Effect[] = [
  { for: "serial", type: "write", octets: ACKNOWLEDGE },
  { for: "counters", type: "count", counter: "ack.sent", by: 1 },
];
const TOO_LATE: readonly Effect[] = [
  { for: "counters", type: "count", counter: "ack.late", by: 1 },
];
const TELEGRAM: Effect = { for: "counters", type: "count", counter: "rx.telegrams", by: 1 };
const REPEATED: Effect = { for: "counters", type: "count", counter: "rx.repeated", by: 1 };
