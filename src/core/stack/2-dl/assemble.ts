import type { ChipKind } from "../../config.ts";
import type { DropReason } from "../../drop.ts";
import { withoutAnswer } from "./answer-inside.ts";
import { frameLength, xorOf } from "./frame.ts";
import { type Arrival, openRx, type Rx, type RxEvent } from "./rx.ts";
import { closedFrame, garbage, loneService, openSearch, searching } from "./search.ts";
import { type ServiceKind, serviceLength, serviceOf } from "./tpuart.ts";

/**
 * Takes one octet.
 * @param chip decides which octets are services; undefined while the chip is being identified
 * @param asked the chip owes an answer about its state, which may stand inside a frame
 * @returns the next state, and what this octet completed, in the order of the stream
 */
export const assemble = (
  rx: Rx,
  arrival: Arrival,
  chip: ChipKind | undefined,
  asked = false,
): readonly [Rx, readonly RxEvent[]] => {
  switch (rx.mode) {
    case "boundary":
      return atBoundary(arrival, chip);
    case "frame":
      return inFrame(rx, arrival, chip, asked);
    case "poll":
      return inPoll(rx, arrival, chip);
    case "service":
      return silence(rx.lastAt, arrival) > SILENCE_MS
        ? after(settle(rx, chip), atBoundary(arrival, chip))
        : [
            openRx(arrival.at),
            [{ found: "service", kind: rx.kind, octets: [rx.first, arrival.octet] }],
          ];
    case "search":
      return inSearch(rx, arrival, chip);
  }
};

/**
 * The line has been silent for FRAME_SILENCE_MS: whatever is incomplete will stay so. A Reset.ind that arrived in one read
 * with the beginning of a frame is recognised here, and only here (`tp-uart.md` §8, vector 15).
 */
export const fallSilent = (
  rx: Rx,
  chip: ChipKind | undefined,
  asked = false,
): readonly [Rx, readonly RxEvent[]] => {
  const silent = openRx(rx.lastAt);
  if (rx.mode !== "frame") return [silent, settle(rx, chip)];
  const mended = wholeWithoutAnswer(rx, chip, asked);
  if (mended !== undefined) return [silent, mended];
  const reset: readonly RxEvent[] =
    rx.octets.at(-1) === RESET && rx.gap !== rx.octets.length - 1
      ? [{ found: "service", kind: "reset", octets: [RESET] }]
      : NONE;
  return [silent, [...truncated(rx, chip), ...reset]];
};

/** 13 bit times at 9600 bit/s: the distance of two octets inside a frame. `tp-uart.md` §5.1 */
const OCTET_MS = 13 / 9.6;
/**
 * More silence than this between two octets makes a boundary likely. Inside a frame there is none; a confirmation comes 1.35 ms
 * after its frame (acknowledge gap and octet), the next frame after 5 ms.
 */
const SILENCE_MS = 0.8;
/** Where octets come one by one, this much silence proves a boundary: no frame follows another sooner. */
const PROVEN_SILENCE_MS = 4;
/** What follows sooner than this had been waiting: the line was not silent, this program was not listening. */
const WAITED_MS = 1;
/** A service is believed to stand alone when this much silence follows it: more than a late read makes. */
const ALONE_MS = 2;
/** Octets needed before "one by one" means something: the first read of a batching port can hold a single octet, too. */
const PROVEN_SINGLE = 3;
/** Without any octet for this long an incomplete frame is given up; longer than any port holds octets back. */
export const FRAME_SILENCE_MS = 50;

/** Reset.ind. */
const RESET = 0x03;

const NONE: readonly RxEvent[] = [];

/** How long the line was silent before this arrival: its octet and those behind it took their time, too. */
export const silence = (lastAt: number, { at, behind }: Arrival): number =>
  at - lastAt - OCTET_MS * (1 + behind);

const atBoundary = (
  { octet, behind, at }: Arrival,
  chip: ChipKind | undefined,
): readonly [Rx, readonly RxEvent[]] => {
  const kind = serviceOf(chip, octet);
  switch (kind) {
    case "frame":
      return [
        {
          mode: "frame",
          octets: [octet],
          need: 0,
          gap: 0,
          quiet: 0,
          single: behind === 0,
          lastAt: at,
        },
        NONE,
      ];
    case "poll":
      return [{ mode: "poll", octets: [octet], lastAt: at }, NONE];
    case "break":
      return [openRx(at), [{ found: "drop", reason: "dl.unexpected-octet", octets: [octet] }]];
    case "unexpected":
      return [
        { ...openSearch(at), octets: [octet], reported: 1 },
        [{ found: "drop", reason: "dl.unexpected-octet", octets: [octet] }, { found: "resync" }],
      ];
    default:
      return serviceLength(kind, octet) === 2
        ? [{ mode: "service", kind, first: octet, lastAt: at }, NONE]
        : [openRx(at), [{ found: "service", kind, octets: [octet] }]];
  }
};

/** A break (00) proves nothing: the TPCI of every group telegram looks like it, and ports do hold octets back at times. */
const beginsSomething = (kind: ServiceKind): boolean => kind !== "unexpected" && kind !== "break";

type InFrame = Extract<Rx, { mode: "frame" }>;

const inFrame = (
  rx: InFrame,
  arrival: Arrival,
  chip: ChipKind | undefined,
  asked: boolean,
): readonly [Rx, readonly RxEvent[]] => {
  const { octet, behind, at } = arrival;
  if (provenSilence(rx, at, chip)) return splitAtSilence(rx, arrival, chip, asked);
  const silent = silence(rx.lastAt, arrival);
  const octets = [...rx.octets, octet];
  const gap = silent > SILENCE_MS ? rx.octets.length : rx.gap;
  const need = rx.need > 0 ? rx.need : frameLength(octets);
  if (need === 0)
    return mend(rx, octets, arrival, chip, asked) ?? fail(octets, gap, "dl.length", arrival, chip);
  const next: InFrame = {
    mode: "frame",
    octets,
    need: need ?? 0,
    gap,
    quiet: silent > SILENCE_MS ? silent : rx.quiet,
    single: rx.single && behind === 0,
    lastAt: at,
  };
  if (need === undefined) return [next, NONE];
  if (rx.need === 0)
    return [next, [{ found: "header", octets, missing: need - octets.length, behind }]];
  if (octets.length < need) return [next, NONE];
  if (xorOf(octets, 0, octets.length) !== 0xff || shadowsAnother(octets, gap))
    return (
      mend(rx, octets, arrival, chip, asked) ?? fail(octets, gap, "dl.check-octet", arrival, chip)
    );
  return [openRx(at), [{ found: "frame", octets, at }]];
};

/** The answer of the chip stood in it: it is whole without, or goes on. It is too late to acknowledge it. */
const mend = (
  rx: InFrame,
  octets: readonly number[],
  { behind, at }: Arrival,
  chip: ChipKind | undefined,
  asked: boolean,
): readonly [Rx, readonly RxEvent[]] | undefined => {
  const mended = asked ? withoutAnswer(octets, chip) : undefined;
  if (mended === undefined) return undefined;
  const { need } = mended;
  if (mended.octets.length < need)
    return [{ ...rx, octets: mended.octets, need, gap: 0, quiet: 0, lastAt: at }, NONE];
  const frame: RxEvent = { found: "frame", octets: mended.octets.slice(0, need), at };
  // A length that was read too high has drawn in what follows.
  return mended.octets.slice(need).reduce<readonly [Rx, readonly RxEvent[]]>(
    ([after, events], octet) => {
      const [next, more] = assemble(after, { octet, behind, at }, chip);
      return [next, [...events, ...more]];
    },
    [openRx(at), [frame]],
  );
};

/**
 * A doubled first octet makes a frame too long by two, and the first octet of its neighbour can close it. The true one then
 * stands inside: right behind the double, or before a noticed silence.
 */
const shadowsAnother = (octets: readonly number[], gap: number): boolean =>
  (octets[0] === octets[1] && closedFrame(octets.slice(1, -1)) === 0) ||
  (gap > 0 && closedFrame(octets.slice(1, gap)) >= 0);

/**
 * Was there silence before the last octet for sure? It tells only now, by the pace of the octet after it: after a pause of
 * this program that one would have been waiting, too.
 */
const provenSilence = (rx: InFrame, at: number, chip: ChipKind | undefined): boolean =>
  rx.quiet > PROVEN_SILENCE_MS &&
  rx.single &&
  rx.gap === rx.octets.length - 1 &&
  rx.gap >= PROVEN_SINGLE &&
  at - rx.lastAt >= WAITED_MS &&
  beginsSomething(serviceOf(chip, rx.octets[rx.gap] ?? 0));

const splitAtSilence = (
  rx: InFrame,
  arrival: Arrival,
  chip: ChipKind | undefined,
  asked: boolean,
): readonly [Rx, readonly RxEvent[]] => {
  const before: InFrame = { ...rx, octets: rx.octets.slice(0, rx.gap), gap: 0 };
  const cut = wholeWithoutAnswer(before, chip, asked) ?? truncated(before, chip);
  const first = { octet: rx.octets[rx.gap] ?? 0, behind: 0, at: rx.lastAt };
  const [begun, events] = atBoundary(first, chip);
  return after([...cut, ...events], assemble(begun, arrival, chip));
};

/**
 * A frame that was none. Its octets are looked through once more, because a lost or doubled octet shifts the end of a frame
 * into its neighbour.
 * @param gap index before which the line seemed silent, 0 for none
 */
const fail = (
  octets: readonly number[],
  gap: number,
  reason: DropReason,
  { behind, at }: Arrival,
  chip: ChipKind | undefined,
): readonly [Rx, readonly RxEvent[]] => {
  const events: RxEvent[] = [{ found: "drop", reason, octets }, { found: "resync" }];
  let rx: Rx = openSearch(at);
  for (let index = 1; index < octets.length; index++) {
    const again = { octet: octets[index] ?? 0, behind: behind + octets.length - 1 - index, at };
    const step: readonly [Rx, readonly RxEvent[]] =
      rx.mode === "search" ? searching(rx, again, index === gap) : assemble(rx, again, chip);
    rx = step[0];
    // garbage of a frame that was dropped as a whole is not dropped a second time
    for (const event of step[1])
      if (event.found !== "drop" || event.reason !== "dl.garbage") events.push(event);
  }
  return [rx.mode === "search" ? { ...rx, reported: rx.octets.length } : rx, events];
};

const inSearch = (
  rx: Extract<Rx, { mode: "search" }>,
  arrival: Arrival,
  chip: ChipKind | undefined,
): readonly [Rx, readonly RxEvent[]] => {
  const silent = silence(rx.lastAt, arrival);
  if (silent > ALONE_MS && loneService(rx, chip) !== undefined)
    return after(settle(rx, chip), atBoundary(arrival, chip));
  return searching(rx, arrival, silent > SILENCE_MS);
};

/** Its length was read where the answer of the chip stood, and said more than there is. */
const wholeWithoutAnswer = (
  { octets, lastAt }: InFrame,
  chip: ChipKind | undefined,
  asked: boolean,
): readonly RxEvent[] | undefined => {
  const mended = asked ? withoutAnswer(octets, chip) : undefined;
  return mended !== undefined && mended.octets.length === mended.need
    ? [{ found: "frame", octets: mended.octets, at: lastAt }]
    : undefined;
};

/** A frame cut off by silence; it is too late to acknowledge anything found in it. */
const truncated = (rx: InFrame, chip: ChipKind | undefined): readonly RxEvent[] => {
  const arrival = { octet: 0, behind: 0, at: rx.lastAt };
  const [rest, events] = fail(rx.octets, rx.gap, "dl.truncated", arrival, chip);
  return [...events.filter((event) => event.found !== "header"), ...settle(rest, chip)];
};

const inPoll = (
  rx: Extract<Rx, { mode: "poll" }>,
  arrival: Arrival,
  chip: ChipKind | undefined,
): readonly [Rx, readonly RxEvent[]] => {
  const poll: RxEvent = { found: "drop", reason: "dl.poll", octets: rx.octets };
  if (silence(rx.lastAt, arrival) > SILENCE_MS && rx.octets.length !== POLL_HEADER)
    return after([poll], atBoundary(arrival, chip));
  const octets = [...rx.octets, arrival.octet];
  if (octets.length < POLL_HEADER) return [{ ...rx, octets, lastAt: arrival.at }, NONE];
  const slots = (octets[5] ?? 0) & 0x0f;
  // a polling slave gets the F0 alone: what follows it then is the stream as usual
  if (octets.length === POLL_HEADER && xorOf(octets, 0, POLL_HEADER) !== 0xff)
    return fail(octets, 1, "dl.poll", arrival, chip);
  if (octets.length < POLL_HEADER + slots) return [{ ...rx, octets, lastAt: arrival.at }, NONE];
  return [openRx(arrival.at), [{ ...poll, octets }]];
};

/** Control, source, polling group address, number of slots, check octet; then one octet a slot. */
const POLL_HEADER = 7;

/** What is left when the line has fallen silent. */
const settle = (rx: Rx, chip: ChipKind | undefined): readonly RxEvent[] => {
  switch (rx.mode) {
    case "search": {
      const service = loneService(rx, chip);
      return service === undefined
        ? garbage(rx.octets.slice(rx.reported))
        : [...garbage(rx.octets.slice(rx.reported, -1)), service];
    }
    case "poll":
      return [{ found: "drop", reason: "dl.poll", octets: rx.octets }];
    case "service":
      return [{ found: "drop", reason: "dl.truncated", octets: [rx.first] }];
    case "frame":
      return [{ found: "drop", reason: "dl.truncated", octets: rx.octets }];
    case "boundary":
      return NONE;
  }
};

const after = (
  before: readonly RxEvent[],
  [rx, events]: readonly [Rx, readonly RxEvent[]],
): readonly [Rx, readonly RxEvent[]] => [rx, [...before, ...events]];
