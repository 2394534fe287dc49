import { parseGroupAddress, parseIndividualAddress } from "../../../address.ts";
import type { BridgeImpulse } from "../../../app-impulse.ts";
import { type Explanation, explainFrame } from "../../../explain.ts";
import { isPattern } from "../../../ga-pattern.ts";
import { NOTHING } from "../../../impulse.ts";
import { isoTime } from "../../../iso-time.ts";
import { toCompactHex } from "../../../octets.ts";
import { get } from "../../../table.ts";
import { noteDevice } from "../devices/seen.ts";
import { admit, EMPTY_GATE } from "../gate.ts";
import { type BridgeState, utc } from "../state.ts";
import { EXPIRY_S, publish } from "../telegrams/publish.ts";
import { bridgeTopic } from "../topics.ts";
import { andThen, type Turn } from "../turn.ts";
import { answer, done, withRequests } from "./answer.ts";
import { matches, number, taking, text, words } from "./parameters.ts";
import type { Stream } from "./state.ts";

type FrameIndication = Extract<BridgeImpulse, { type: "frame.ind" }>;
type Frame = Extract<Explanation, { ok: true }>;

/** Every telegram on the line on `bridge/telegrams`, for a limited time. `mqtt-interface.md` §8.7 */
export const streamTelegrams = taking(
  { seconds: number(0, 600, 60), match: text, services: words },
  (state, at, ask, { seconds, match, services }) => {
    const on = seconds > 0;
    const until = at + seconds * 1_000;
    const stream: Stream | null = on ? { until, match, services, gate: EMPTY_GATE } : null;
    return andThen(
      [withRequests(state, { stream }), [{ for: "client", type: "stream.req", on, at }]],
      (after) => answer(after, at, ask, done({ until: isoTime(utc(after, on ? until : at)) })),
    );
  },
);

/** The time that was asked for is over. */
export const endStream = (state: BridgeState, at: number): Turn => {
  const { stream } = state.features.requests;
  return stream === null || stream.until > at
    ? [state, NOTHING]
    : [
        withRequests(state, { stream: null }),
        [{ for: "client", type: "stream.req", on: false, at }],
      ];
};

export const streamDue = ({ features }: BridgeState): number | null =>
  features.requests.stream?.until ?? null;

/** A frame on the line, of whatever service. */
export const onFrame = (state: BridgeState, { octets, own, at }: FrameIndication): Turn => {
  const { stream } = state.features.requests;
  if (stream === null) return [state, NOTHING];
  const { style } = state.config;
  const dptOf = (ga: number) => get(state.objects, ga)?.dpt;
  const frame = explainFrame(octets, { style, dptOf });
  if (!frame.ok) return [state, NOTHING];
  const source = parseIndividualAddress(frame.source);
  // Those of group telegrams are heard anyway.
  const noted: Turn =
    own || frame.destinationKind === "group" || source === undefined
      ? [state, NOTHING]
      : noteDevice(state, at, source);
  return isWanted(state, stream, frame)
    ? andThen(noted, (after) => publishFrame(after, { octets, own, at }, stream, frame))
    : noted;
};

const publishFrame = (
  state: BridgeState,
  { octets, own, at }: Pick<FrameIndication, "octets" | "own" | "at">,
  stream: Stream,
  frame: Frame,
): Turn => {
  const { gate, open, suppressed } = admit(stream.gate, at, MOST_PER_SECOND);
  const counted = withRequests(state, { stream: { ...stream, gate } });
  if (!open) return [counted, NOTHING];
  const { destination, destinationKind, source, tpci, sequence, apci, data, fields } = frame;
  return publish(counted, {
    for: "mqtt",
    type: "publish",
    topic: bridgeTopic(state.config, "telegrams"),
    // JSON leaves out what is undefined.
    payload: JSON.stringify({
      source,
      destination,
      ga: destinationKind === "group" ? destination : undefined,
      dpt: frame.dpt,
      value: frame.value,
      service: apci === null ? undefined : SHORT[apci],
      tpci,
      sequence,
      apci,
      number: frame.number,
      raw: data === "" ? undefined : data,
      fields,
      priority: frame.priority,
      hops: frame.hops,
      repeated: frame.repeated,
      own,
      // The chip tells that only in busmonitor mode.
      ack: null,
      len: octets.length,
      frame: toCompactHex(octets),
      suppressed: suppressed > 0 ? suppressed : undefined,
      ts: isoTime(utc(state, at)),
    }),
    qos: 0,
    retain: false,
    json: true,
    expiryS: EXPIRY_S,
  });
};

const isWanted = (state: BridgeState, { match, services }: Stream, frame: Frame): boolean => {
  if (services !== null && !namesOf(frame).some((name) => services.includes(name))) return false;
  if (match === null || match === "") return true;
  const ga = frame.destinationKind === "group" ? parseGroupAddress(frame.destination) : undefined;
  // Otherwise it may be one of the devices.
  return ga !== undefined && (isPattern(match) || !ADDRESS.test(match))
    ? matches(match, ga, get(state.objects, ga))
    : match === frame.source || match === frame.destination;
};

/** `a_groupvalue_write`, `write`; of a frame without a service that of its transport layer, `t_connect`. */
const namesOf = ({ apci, tpci }: Frame): readonly string[] =>
  [apci, apci === null ? null : SHORT[apci], tpci].flatMap((name) =>
    name ? [name.toLowerCase()] : [],
  );

const SHORT: Readonly<Record<string, string>> = {
  A_GroupValue_Read: "read",
  A_GroupValue_Write: "write",
  A_GroupValue_Response: "response",
};

const ADDRESS = /^\d+\.\d+\.\d+$/;
/** No twisted pair carries more; other media may one day. */
const MOST_PER_SECOND = 100;
