import { isoTime } from "../../core/iso-time.ts";
import { toCompactHex } from "../../core/octets.ts";
import type { Traffic } from "../traffic.ts";
import type { Format } from "./format.ts";

/** One object per line, with the fields of `knxpi monitor --json`; `event` tells what else there is. */
export const jsonLines: Format = async function* (_, traffic) {
  for await (const one of traffic) yield `${JSON.stringify(fieldsOf(one))}\n`;
};

const fieldsOf = (one: Traffic): Readonly<Record<string, unknown>> => {
  const when = { time: isoTime(one.utc), event: one.kind };
  if (one.kind === "gap") return { ...when, impulses: one.impulses };
  const octets = toCompactHex(one.octets);
  switch (one.kind) {
    case "telegram": {
      const { own, acknowledged, dropped, unheard, means } = one;
      return {
        ...{ ...when, octets, own, acknowledged },
        ...(dropped === null ? {} : { dropped }),
        ...(unheard ? { unheard } : {}),
        ...means,
      };
    }
    case "raw": {
      const acknowledge = one.acknowledge === null ? null : toCompactHex([one.acknowledge]);
      return { ...when, octets, acknowledge, ...one.means };
    }
    case "damaged":
      return { ...when, octets, ok: false, reason: one.reason };
    case "unsent":
      return { ...when, octets, own: true, outcome: one.outcome, ...one.means };
  }
};
