import { formatGroupAddress, type GroupAddress, parseGroupAddress } from "../../../address.ts";
import type { BridgeConfig, ObjectConfig } from "../../../config.ts";
import { matchesPattern } from "../../../ga-pattern.ts";
import type { BridgeState } from "../state.ts";
import { type Failure, failure } from "./errors.ts";
import type { SetRequest } from "./payload.ts";

/** Why a `set` must not be: `mqtt-interface.md` §13.1, §20. */
export const authorise = (
  { config }: BridgeState,
  ga: GroupAddress,
  object: ObjectConfig | undefined,
  { service, confirmed }: Pick<SetRequest, "service" | "confirmed">,
): Failure | undefined => {
  const text = formatGroupAddress(ga, config.style);
  if (!isAllowed(config, ga)) return failure("forbidden", `${text} is not to be commanded by MQTT`);
  if (!object && !config.allowUnknownWrite)
    return failure("unknown_ga", `${text} is not configured`);
  if (object && !object.writable) return failure("read_only", `${text} is not writable`);
  if (object?.confirmWrite && (confirmed === null || parseGroupAddress(confirmed) !== ga))
    return failure("forbidden", `${text} needs "confirm": "${text}" beside the value`);
  return service === "response" && !object?.provide
    ? failure("unsupported", `${text} is not provided here, so nobody is answered for it`)
    : undefined;
};

/** `deny` goes before `allow`. */
export const isAllowed = (
  { allow, deny }: Pick<BridgeConfig, "allow" | "deny">,
  ga: GroupAddress,
): boolean =>
  !deny.some((pattern) => matchesPattern(pattern, ga)) &&
  (allow === null || allow.some((pattern) => matchesPattern(pattern, ga)));
