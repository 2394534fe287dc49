import type { Impulse, Step } from "../../../impulse.ts";
import type { Octets } from "../../../octets.ts";
import type { Settings } from "../model/model.ts";
import { hopsOf, rateLimitOf, repetitionsOf } from "../model/settings.ts";
import { setProgrammingMode } from "../programming-mode.ts";
import type { DeviceState } from "../state.ts";
import { ANYBODY, constant, type Property, variable, word, wordOf } from "./property.ts";
import { RETURN } from "./return-code.ts";

/**
 * The properties of the device object that are its own.
 * @param types object types in the order of their indices
 * @see `device-model.md` §2.4, §2.5
 */
// biome-ignore format: a line for each property
export const deviceProperties = (types: readonly number[]): readonly Property[] => [
  constant(9, "unsignedChar", ({ firmwareRevision }) => [firmwareRevision & 0xff]),
  constant(11, "generic06", ({ serial }) => serial),
  constant(12, "unsignedInt", ({ serial }) => serial.slice(0, 2)),
  variable(14, "bitset8", ANYBODY, ({ model }) => [model.control], (state, octets) => [{ ...state, model: { ...state.model, control: octets[0] ?? 0 } }, []]),
  constant(15, "generic10", ({ orderInfo }) => orderInfo),
  constant(25, "version", ({ firmwareRevision }) => word((firmwareRevision & 0x1f) << 6)),
  constant(30, "unsignedInt", ({ record }) => word(record.settings.downloads)),
  variable(51, "unsignedChar", ANYBODY, ({ record }) => [record.settings.routingCount], writeRoutingCount),
  variable(52, "generic01", ANYBODY, ({ record }) => [record.settings.maxRetryCount], writeMaxRetryCount),
  variable(54, "bitset8", ANYBODY, ({ programmingMode }) => [programmingMode ? 1 : 0], (state, octets) => setProgrammingMode(state, ((octets[0] ?? 0) & 0x01) !== 0)),
  constant(56, "unsignedInt", ({ maxApduLength }) => word(maxApduLength)),
  constant(57, "unsignedChar", ({ record }) => [record.address >> 8]),
  constant(58, "unsignedChar", ({ record }) => [record.address & 0xff]),
  { ...constant(71, "unsignedInt", () => []), max: types.length, count: () => types.length, read: (_, start, count) => types.slice(start - 1, start - 1 + count).flatMap((type) => [...word(type)]) },
  constant(78, "generic06", ({ hardwareType }) => hardwareType),
  constant(83, "generic02", ({ descriptor }) => descriptor),
  variable(85, "unsignedInt", ANYBODY, ({ record }) => word(record.settings.rateTimeBase), (state, octets, at) => setLimit(state, { rateTimeBase: wordOf(octets) }, at)),
  variable(86, "unsignedInt", ANYBODY, ({ record }) => word(record.settings.rateTelegrams), (state, octets, at) => setLimit(state, { rateTelegrams: wordOf(octets) }, at)),
];

/** Kept before it is confirmed; what it already was costs no write. */
export const set = (state: DeviceState, change: Partial<Settings>): Step<DeviceState> => {
  const before = state.record.settings;
  const settings = { ...before, ...change };
  if (JSON.stringify(settings) === JSON.stringify(before)) return [state, []];
  const record = { ...state.record, settings };
  return [{ ...state, record }, [{ for: "store", type: "save", record }]];
};

/** Bit 7 is no part of a hop count. Before a restart that gives another address the old one still holds. */
const writeRoutingCount = (state: DeviceState, octets: Octets): Step<DeviceState> | number => {
  const [routingCount = 0] = octets;
  if (routingCount > 0x7f) return RETURN.tooLarge;
  const [after, saved] = set(state, { routingCount });
  if (saved.length === 0) return [after, saved];
  if (after.restart !== null)
    return [{ ...after, restart: { ...after.restart, moves: true } }, saved];
  const { address, settings } = after.record;
  return [after, [...saved, { for: "nl", type: "configure.req", address, hops: hopsOf(settings) }]];
};

/** The chip is told at once; a restart that is promised does not need the old ones. */
const writeMaxRetryCount = (state: DeviceState, octets: Octets): Step<DeviceState> => {
  const [after, saved] = set(state, { maxRetryCount: octets[0] ?? 0 });
  if (saved.length === 0) return [after, saved];
  const repetitions = repetitionsOf(after.record.settings);
  return [after, [...saved, { for: "dl", type: "configure.req", repetitions }]];
};

const setLimit = (
  state: DeviceState,
  change: Pick<Settings, "rateTimeBase"> | Pick<Settings, "rateTelegrams">,
  at: number,
): Step<DeviceState> => {
  const [after, saved] = set(state, change);
  return [after, [...saved, ...limitObjects(state.record.settings, after.record.settings, at)]];
};

/** How fast the group objects may send, if that is new. */
export const limitObjects = (before: Settings, after: Settings, at: number): readonly Impulse[] => {
  const [old, limit] = [rateLimitOf(before), rateLimitOf(after)];
  return old.ms === limit.ms && old.telegrams === limit.telegrams
    ? []
    : [{ for: "objects", type: "configure.req", limit, at }];
};
