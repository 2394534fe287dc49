import type { GroupAddress } from "../../../address.ts";
import { formatIndividualAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { get } from "../../../table.ts";
import type { BridgeState } from "../state.ts";
import { HOUR_MS, notice, type Telegram } from "../telegrams/publish.ts";
import type { Turn } from "../turn.ts";
import { withoutAgain } from "./again.ts";
import { paced } from "./transmit.ts";

/**
 * A telegram of a provided object: ours says when it was sent. Another device that writes makes what was going to be sent again
 * out of date; one that answers is a fault of the installation. `mqtt-interface.md` §15.1.
 */
export const onProvided = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  { service, origin, source, isAnswer }: Telegram,
): Turn => {
  if (!get(state.objects, ga)?.provide) return [state, NOTHING];
  if (origin !== "bus")
    return [service === "write" && !isAnswer ? paced(state, at, ga) : state, NOTHING];
  if (service === "write") return [withoutAgain(state, ga), NOTHING];
  return service === "response"
    ? notice(state, at, "two_answers", ga, HOUR_MS, { source: formatIndividualAddress(source) })
    : [state, NOTHING];
};
