import type { BridgeImpulse } from "../../app-impulse.ts";
import { NOTHING } from "../../impulse.ts";
import { isoTime } from "../../iso-time.ts";
import { admit } from "./gate.ts";
import { type BridgeState, utc } from "./state.ts";
import { EXPIRY_S, publish } from "./telegrams/publish.ts";
import { bridgeTopic } from "./topics.ts";
import type { Turn } from "./turn.ts";

type LogIndication = Extract<BridgeImpulse, { type: "log.ind" }>;

/** A line of the log on `bridge/log`, if it is wanted there. `mqtt-interface.md` §8.5 */
export const onLogLine = (state: BridgeState, line: LogIndication): Turn => {
  const { level, module, message, fields, at } = line;
  const { log } = state.config;
  if (log === "off" || RANK[level] < RANK[log]) return [state, NOTHING];
  const { gate, open, suppressed } = admit(state.features.log, at, LINES_PER_SECOND);
  const gated = { ...state, features: { ...state.features, log: gate } };
  if (!open) return [gated, NOTHING];
  return publish(gated, {
    for: "mqtt",
    type: "publish",
    topic: bridgeTopic(state.config, "log"),
    payload: JSON.stringify({
      level: WORDS[level],
      module,
      message,
      ...(Object.keys(fields).length > 0 && { fields }),
      ...(suppressed > 0 && { suppressed }),
      ts: isoTime(utc(state, at)),
    }),
    qos: 0,
    retain: false,
    json: true,
    expiryS: EXPIRY_S,
  });
};

const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const;
const WORDS = { debug: "debug", info: "info", warn: "warning", error: "error" } as const;
const LINES_PER_SECOND = 20;
