import { parseIndividualAddress } from "../../../address.ts";
import type { BridgeImpulse } from "../../../app-impulse.ts";
import type { JsonValue } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { failure } from "../commands/errors.ts";
import { airtime, spend } from "../queue/budget.ts";
import type { BridgeState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { close, decline, done, hand, withRequests } from "./answer.ts";
import { number, type Taken, taking, wrong } from "./parameters.ts";
import type { Scan } from "./state.ts";

type ProcedureConfirmation = Extract<BridgeImpulse, { type: "procedure.con" }>;

/** Which addresses of a line are in use: in the background, never more than two telegrams a second. */
export const scanLine = taking(
  {
    line: (value): Taken<number> => {
      const address = typeof value === "string" ? parseIndividualAddress(`${value}.0`) : undefined;
      return address === undefined
        ? wrong('line must be area and line, such as "1.1"')
        : { ok: true, value: address >> 8 };
    },
    from: number(0, 255, 1),
    to: number(0, 255, 255),
  },
  (state, at, ask, { line, from, to }) => {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from > to)
      return decline(
        state,
        at,
        ask,
        failure("invalid_value", "from and to: the smaller one first"),
      );
    if (state.features.requests.scan !== null)
      return decline(state, at, ask, failure("bus_busy", "Another scan is under way"));
    if (state.bus.state !== "online")
      return decline(state, at, ask, failure("bus_offline", `No bus (${state.bus.state})`));
    const range = { ref: ask.ref, line, from, to, device: from, begun: null, due: at };
    const scan: Scan = { ...range, devices: [], acknowledged: [], busy: [], own: null };
    return hand(state, at, ask, (after) => [withRequests(after, { scan }), NOTHING]);
  },
);

/** The next address, as soon as it is due and nobody else needs the line. */
export const scanOn = (state: BridgeState, at: number): Turn => {
  const { scan } = state.features.requests;
  if (scan === null || scan.begun !== null || scan.due > at) return [state, NOTHING];
  if (state.bus.state !== "online") return ended(state, at, scan, OFFLINE);
  if (mustWait(state)) return [withScan(state, { ...scan, due: at + PACE_MS }), NOTHING];
  const { line, device } = scan;
  const begun = withScan(state, { ...scan, begun: at });
  const procedure = { name: "device.scan", line, from: device, to: device } as const;
  return [
    { ...begun, budget: spend(begun.budget, at, airtime(QUESTION_OCTETS)) },
    [{ for: "client", type: "procedure.req", id: -scan.ref, procedure, at }],
  ];
};

/** What became of one address. */
export const onProcedure = (
  state: BridgeState,
  { id, result, at }: ProcedureConfirmation,
): Turn => {
  const { scan } = state.features.requests;
  if (scan === null || -scan.ref !== id || scan.begun === null) return [state, NOTHING];
  if (!result.ok) {
    const code = result.error.code === "offline" ? "bus_offline" : "bus_busy";
    return ended(state, at, scan, failure(code, result.error.message.replace(/\.$/, "")));
  }
  const { devices, acknowledged, busy, own } = fieldsOf(result.value);
  // A device that answers only in a connection was sent half a dozen telegrams.
  const pace = at - scan.begun > PACE_MS ? SLOW_PACE_MS : PACE_MS;
  const found: Scan = {
    ...scan,
    device: scan.device + 1,
    begun: null,
    due: scan.begun + pace,
    devices: [...scan.devices, ...listOf(devices)],
    acknowledged: [...scan.acknowledged, ...listOf(acknowledged)],
    busy: [...scan.busy, ...listOf(busy)],
    own: own ?? scan.own,
  };
  return scan.device >= scan.to ? ended(state, at, found, null) : [withScan(state, found), NOTHING];
};

export const scanDue = ({ features }: BridgeState): number | null => {
  const { scan } = features.requests;
  return scan === null || scan.begun !== null ? null : scan.due;
};

const ended = (
  state: BridgeState,
  at: number,
  scan: Scan,
  error: ReturnType<typeof failure> | null,
): Turn => {
  const data = documentOf(scan);
  return close(
    withScan(state, null),
    at,
    scan.ref,
    error ? { ok: false, error, data } : done(data),
  );
};

const documentOf = ({ line, devices, acknowledged, busy, own }: Scan): JsonValue => ({
  line: `${line >> 4}.${line & 0x0f}`,
  devices,
  acknowledged,
  ...(busy.length > 0 && { busy }),
  ...(own !== null && { own }),
});

/** As class 5: `mqtt-interface.md` §13.2, §13.3. */
const mustWait = ({ queue, sender, load, features }: BridgeState): boolean =>
  queue.depth > 0 ||
  sender.flight !== null ||
  load.past.level !== "normal" ||
  features.device.downloading;

const withScan = (state: BridgeState, scan: Scan | null): BridgeState =>
  withRequests(state, { scan });

const fieldsOf = (value: JsonValue): Readonly<{ [key: string]: JsonValue }> =>
  isObject(value) ? value : {};

const isObject = (value: JsonValue): value is Readonly<{ [key: string]: JsonValue }> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? value : [];

const PACE_MS = 500;
const SLOW_PACE_MS = 3_000;
/** A_DeviceDescriptor_Read. */
const QUESTION_OCTETS = 9;
const OFFLINE = failure("bus_offline", "The bus went away");
