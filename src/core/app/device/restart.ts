import type { IndividualAddress } from "../../address.ts";
import type { DeviceImpulse, DeviceRecord, Partner, Step } from "../../impulse.ts";
import type { ApduOf } from "../../stack/7-al/apdu.ts";
import { accessOf, noKeys } from "./access.ts";
import { configure, UNREGISTERED } from "./address.ts";
import { type ApduIndication, answer, note, partnerOf } from "./answer.ts";
import type { DeviceState } from "./state.ts";

/**
 * What a device starts with: out of programming mode, without connections and what was granted in them. The process goes on
 * (decision 0013).
 */
export const restart = (state: DeviceState, at: number): Step<DeviceState> => [
  { ...state, programmingMode: false, access: [], restart: null },
  [
    { for: "tlsm", type: "restart.req", at },
    ...(state.restart?.moves ? configure(state.record.address, at) : []),
    note("restart"),
  ],
];

/**
 * A_Restart_MasterReset: what is erased is saved before the response says so; the restart waits for the response.
 * @see `layers.md` D.6 for the order of the checks
 */
export const masterReset = (
  state: DeviceState,
  request: ApduIndication,
  { eraseCode, channel }: ApduOf<"A_Restart_MasterReset">,
): Step<DeviceState> => {
  const erase = ERASE[eraseCode];
  const errorCode = errorOf(erase, channel, accessOf(state, request));
  const response = answer(request, {
    service: "A_Restart_Response",
    errorCode,
    processTime: PROCESS_TIME_S,
  });
  if (erase === undefined || errorCode !== ERROR.none) return [state, [response]];
  const record: DeviceRecord = {
    address: erase.address ? UNREGISTERED : state.record.address,
    keys: erase.keys ? noKeys(state.record.keys) : state.record.keys,
  };
  const moves = record.address !== state.record.address || (state.restart?.moves ?? false);
  return [
    { ...state, record, restart: { to: partnerOf(request), moves } },
    erase.address || erase.keys
      ? [
          { for: "store", type: "save", record },
          note("master reset", { "erase code": eraseCode }),
          response,
        ]
      : [response],
  ];
};

/** The response is out, or will never be: either way the restart was promised. */
export const afterResponse = (
  state: DeviceState,
  { to, apdu, at }: Extract<DeviceImpulse, { type: "apdu.con" }>,
): Step<DeviceState> =>
  state.restart !== null &&
  apdu.service === "A_Restart_Response" &&
  samePartner(state.restart.to, to)
    ? restart(state, at)
    : [state, []];

/** @returns whether the restart waits for a response that went down with this connection */
export const waitsFor = (state: DeviceState, peer: IndividualAddress): boolean =>
  state.restart !== null && samePartner(state.restart.to, { mode: "connected", peer });

type Erase = Readonly<{ address: boolean; keys: boolean }>;

/**
 * By erase code; there is no application yet whose program (04), parameters (05) or links (06) could be erased.
 * A row without an effect is the confirmed restart, which anybody may ask for.
 */
const ERASE: Readonly<Record<number, Erase>> = {
  1: { address: false, keys: false },
  2: { address: true, keys: true },
  3: { address: true, keys: false },
  7: { address: false, keys: true },
};

/** As the standard orders them. */
const errorOf = (erase: Erase | undefined, channel: number, level: number): number => {
  if (erase === undefined) return ERROR.unsupportedEraseCode;
  if ((erase.address || erase.keys) && level > 0) return ERROR.accessDenied;
  return channel === 0 ? ERROR.none : ERROR.invalidChannel;
};

const ERROR = { none: 0, accessDenied: 1, unsupportedEraseCode: 2, invalidChannel: 3 } as const;

/** Until the device can be talked to again: less than the unit of the field. */
const PROCESS_TIME_S = 0;

const samePartner = (a: Partner, b: Partner): boolean =>
  a.mode === b.mode && peerOf(a) === peerOf(b);

const peerOf = (partner: Partner): IndividualAddress | null =>
  partner.mode === "broadcast" ? null : partner.peer;
