import type { IndividualAddress } from "../../address.ts";
import type { DeviceRecord } from "../../effect.ts";
import type { Step } from "../../impulse.ts";
import { type Octets, sameOctets } from "../../octets.ts";
import type { ApduOf } from "../../stack/7-al/apdu.ts";
import { type ApduIndication, answer } from "./answer.ts";
import type { DeviceState } from "./state.ts";

/** A connection begins with what anybody may. */
export const admit = (state: DeviceState, peer: IndividualAddress): DeviceState =>
  grant(state, peer, levelOf(NO_KEY, state.record.keys));

/** What was granted dies with the connection. */
export const dismiss = (state: DeviceState, peer: IndividualAddress): DeviceState =>
  state.access.some((access) => access.peer === peer)
    ? { ...state, access: state.access.filter((access) => access.peer !== peer) }
    : state;

/** A_Authorize_Request: the level of this key, whatever was granted before. */
export const authorize = (
  state: DeviceState,
  request: ApduIndication,
  { key }: ApduOf<"A_Authorize_Request">,
): Step<DeviceState> => {
  const level = levelOf(key, state.record.keys);
  const response = answer(request, { service: "A_Authorize_Response", level });
  return [grant(state, request.source, level), [response]];
};

/** A_Key_Write: for levels that have a key and are no higher than the own. Saved before it is confirmed. */
export const writeKey = (
  state: DeviceState,
  request: ApduIndication,
  { level, key }: ApduOf<"A_Key_Write">,
): Step<DeviceState> => {
  if (level >= FREE_LEVEL || level < accessOf(state, request))
    return [state, [answer(request, { service: "A_Key_Response", level: REFUSED })]];
  const keys = state.record.keys.map((old, index) => (index === level ? key : old));
  const record = { ...state.record, keys };
  const response = answer(request, { service: "A_Key_Response", level });
  return [{ ...state, record }, [{ for: "store", type: "save", record }, response]];
};

/** What the sender of a request may do; without a connection, what anybody may. */
export const accessOf = (state: DeviceState, { mode, source }: ApduIndication): number =>
  (mode === "connected"
    ? state.access.find((access) => access.peer === source)?.level
    : undefined) ?? levelOf(NO_KEY, state.record.keys);

/** The keys of a device that has none. */
export const noKeys = (keys: DeviceRecord["keys"]): DeviceRecord["keys"] => keys.map(() => NO_KEY);

/**
 * The highest of the levels with this key. A level without a key has FFFFFFFF, so that whoever brings none gets the highest
 * level that is not locked.
 * @see `device-model.md` §6.4
 */
const levelOf = (key: Octets, keys: DeviceRecord["keys"]): number => {
  const level = keys.findIndex((own) => sameOctets(own, key));
  return level < 0 ? FREE_LEVEL : level;
};

const grant = (state: DeviceState, peer: IndividualAddress, level: number): DeviceState => ({
  ...state,
  access: [...dismiss(state, peer).access, { peer, level }],
});

/** The lowest of the four levels: what needs no right at all. It has no key. */
const FREE_LEVEL = 3;
/** In A_Key_Response instead of a level. */
const REFUSED = 0xff;
const NO_KEY: Octets = [0xff, 0xff, 0xff, 0xff];
