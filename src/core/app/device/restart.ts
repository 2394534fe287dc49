import type { IndividualAddress } from "../../address.ts";
import type { DeviceImpulse } from "../../app-impulse.ts";
import type { DeviceRecord, Effect } from "../../effect.ts";
import type { Partner, Step } from "../../impulse.ts";
import type { ApduOf } from "../../stack/7-al/apdu.ts";
import { accessOf, noKeys } from "./access.ts";
import { configure, UNREGISTERED } from "./address.ts";
import { type ApduIndication, answer, answering, note, partnerOf } from "./answer.ts";
import { unload } from "./load.ts";
import type { LoadableIndex } from "./model/model.ts";
import type { RunEvent } from "./model/run-table.ts";
import { INDICES } from "./model/segments.ts";
import { countDownload, FACTORY_SETTINGS, hopsOf } from "./model/settings.ts";
import { led } from "./programming-mode.ts";
import { limitObjects } from "./properties/device-object.ts";
import { ANYBODY, CONFIGURATION, SYSTEM } from "./properties/property.ts";
import { moveRun } from "./run.ts";
import type { DeviceState } from "./state.ts";
import { announced } from "./tables.ts";

/**
 * What a device starts with: out of programming mode, without connections and what was granted in them, verify mode off, every
 * program that is loaded running from its beginning. The process goes on (decision 0013).
 */
export const restart = (state: DeviceState, at: number): Step<DeviceState> => {
  const model = { ...state.model, control: 0 };
  const fresh = { ...state, model, programmingMode: false, access: [], restart: null };
  const [halted, stopped] = announced(fresh, runAll(fresh, "device restarts", at), at);
  const [running, started] = announced(halted, runAll(halted, "program loaded", at), at);
  const { address, settings } = state.record;
  return [
    running,
    [
      { for: "tlsm", type: "restart.req", at },
      ...(state.restart?.moves ? configure(address, at, settings) : []),
      ...stopped,
      ...started,
      ...(state.programmingMode ? [led(false)] : []),
      note("restart"),
    ],
  ];
};

/** The same event for every program that is loaded. */
const runAll = (state: DeviceState, event: RunEvent, at: number): Step<DeviceState> => {
  let { loadables } = state.model;
  const out: Effect[] = [];
  for (const index of PROGRAMS) {
    if (loadables[index].state !== "loaded") continue;
    const [loadable, more] = moveRun(loadables[index], index, event, at);
    loadables = { ...loadables, [index]: loadable };
    out.push(...more);
  }
  return [{ ...state, model: { ...state.model, loadables } }, out];
};

const PROGRAMS = [4, 5] as const;

/**
 * A_Restart_MasterReset: what is erased is erased on the disk before the response says so; the restart waits for the response.
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
  const [unloaded, caused] = unload(state, erase.unloads, request.at);
  const record = erased(state.record, erase);
  const { settings } = state.record;
  const moves =
    record.address !== state.record.address ||
    hopsOf(record.settings) !== hopsOf(settings) ||
    record.settings.maxRetryCount !== settings.maxRetryCount ||
    (state.restart?.moves ?? false);
  const after = { ...unloaded, record, restart: { to: partnerOf(request), moves } };
  const saved: readonly Effect[] =
    record === state.record
      ? []
      : [{ for: "store", type: "save", record }, note("master reset", { "erase code": eraseCode })];
  const limited = limitObjects(settings, record.settings, request.at);
  return [after, answering([...caused, ...saved, ...limited], response)];
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

type Erase = Readonly<{
  /** Who may. */
  level: number;
  address: boolean;
  keys: boolean;
  settings: boolean;
  unloads: readonly LoadableIndex[];
}>;

const NO_OBJECTS: readonly LoadableIndex[] = [];

/**
 * By erase code. Parameters are the content of the programs; the values they had in the factory are only in the product data, so
 * that a device without its tool has none. A row without an effect is the confirmed restart.
 */
// biome-ignore format: read by column
const ERASE: Readonly<Record<number, Erase>> = {
  1: { level: ANYBODY,       address: false, keys: false, settings: false, unloads: NO_OBJECTS },
  2: { level: SYSTEM,        address: true,  keys: true,  settings: true,  unloads: INDICES },
  3: { level: SYSTEM,        address: true,  keys: false, settings: false, unloads: NO_OBJECTS },
  4: { level: CONFIGURATION, address: false, keys: false, settings: false, unloads: [3, 4, 5] },
  5: { level: CONFIGURATION, address: false, keys: false, settings: false, unloads: [4, 5] },
  6: { level: CONFIGURATION, address: false, keys: false, settings: false, unloads: [1, 2] },
  7: { level: SYSTEM,        address: false, keys: true,  settings: true,  unloads: INDICES },
};

/** The number of downloads is never reset, or a tool would take an old configuration for the one it knows. */
const erased = (record: DeviceRecord, erase: Erase): DeviceRecord => {
  if (erase.unloads.length === 0 && !erase.address) return record;
  const { downloads } = record.settings;
  const settings = erase.settings ? { ...FACTORY_SETTINGS, downloads } : record.settings;
  return {
    address: erase.address ? UNREGISTERED : record.address,
    keys: erase.keys ? noKeys(record.keys) : record.keys,
    settings: erase.unloads.length > 0 ? countDownload(settings) : settings,
  };
};

/** As the standard orders them. */
const errorOf = (erase: Erase | undefined, channel: number, level: number): number => {
  if (erase === undefined) return ERROR.unsupportedEraseCode;
  if (level > erase.level) return ERROR.accessDenied;
  return channel === 0 ? ERROR.none : ERROR.invalidChannel;
};

const ERROR = { none: 0, accessDenied: 1, unsupportedEraseCode: 2, invalidChannel: 3 } as const;

/** Until the device can be talked to again: less than the unit of the field. */
const PROCESS_TIME_S = 0;

const samePartner = (a: Partner, b: Partner): boolean =>
  a.mode === b.mode && peerOf(a) === peerOf(b);

const peerOf = (partner: Partner): IndividualAddress | null =>
  partner.mode === "broadcast" ? null : partner.peer;
