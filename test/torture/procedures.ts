import type { Effect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import type { Clock } from "../../src/sim/clock.ts";
import type { Random } from "../../src/sim/random.ts";
import type { Findings } from "./findings.ts";
import { ownQuestion } from "./tool.ts";
import type { Life } from "./watch.ts";

/** Procedures of the bridge itself, as the control socket begins them: each ends, once. */
export const openProcedures = (clock: Clock, findings: Findings) => {
  const asked = new Map<number, { at: number; name: string; ends: number }>();
  let begun = 0;
  let ended = 0;
  let failed = 0;
  let interrupted = 0;
  return {
    begin(life: Life | undefined, random: Random): void {
      if (life === undefined) return;
      const procedure = ownQuestion(random);
      const id = ++begun;
      asked.set(id, { at: clock.now(), name: procedure.name, ends: 0 });
      const { runner } = life;
      runner.deliver({ for: "client", type: "procedure.req", id, procedure, at: runner.at() });
    },
    see(item: Impulse | Effect): void {
      if (item.for !== "control" || (item.type !== "result" && item.type !== "failure")) return;
      const one = asked.get(item.id);
      if (one === undefined) findings.add("procedure", `${item.id} ended, and was not under way`);
      else if (++one.ends > 1) findings.add("procedure", `${one.name} ended twice`);
      ended += 1;
      if (item.type === "failure") failed += 1;
    },
    /** Nobody will hear how they end. */
    interrupted(): void {
      for (const { ends } of asked.values()) if (ends === 0) interrupted += 1;
      asked.clear();
    },
    settle(all = false): void {
      for (const [id, { at, name, ends }] of asked) {
        if (!all && at > clock.now() - LONGEST_MS) continue;
        if (ends === 0 && !all) findings.add("procedure", `${name} never ended`);
        asked.delete(id);
      }
    },
    sums: () => ({ begun, ended, failed, interrupted }),
  };
};

/** A scan of 24 addresses, on a line that is away meanwhile. */
const LONGEST_MS = 1_800_000;
