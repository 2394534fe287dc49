import type { GroupAddress } from "../../src/core/address.ts";
import { get } from "../../src/core/table.ts";
import type { Findings } from "./findings.ts";
import type { Scene } from "./incident.ts";
import { ALL_ADDRESSES } from "./installation.ts";
import { asJson } from "./invariants.ts";
import type { Turns } from "./turns.ts";

/**
 * Everything has been well for a while: then the broker shows what the bus has said last. What the bridge could not know is said again.
 * @returns how many values it could not know, and the state as text; undefined: it is not well at all
 */
export const reconcile = async (
  { supervisor, judge, world }: Scene,
  turns: Turns,
  findings: Findings,
): Promise<Readonly<{ differed: number; state: string }> | undefined> => {
  const life = supervisor.life();
  const bridge = life?.runner.look().bridge;
  if (life === undefined || !life.isConnected() || bridge?.bus.state !== "online") {
    const is = {
      process: life !== undefined,
      bus: bridge?.bus.state,
      broker: bridge?.broker.connected,
    };
    findings.add("not well after a quiet time", JSON.stringify(is));
    return undefined;
  }
  const isObject = (ga: GroupAddress): boolean =>
    get(life.runner.look().bridge.objects, ga) !== undefined;
  for (const text of judge.compare(isObject, "as far as it can know"))
    findings.add("broker and bus differ", text);
  let unknown = judge.compare(isObject, "all");
  const differed = unknown.length;
  for (let round = 0; round < ROUNDS && unknown.length > 0; round++) {
    for (const text of unknown) {
      const [ga = ""] = text.split(":");
      const value = judge.valueOf(ga);
      if (value !== undefined && ALL_ADDRESSES.includes(ga)) world.say(ga, value);
      await turns.advance(SAY_EVERY_MS);
    }
    await turns.advance(SAID_MS);
    unknown = judge.compare(isObject, "all");
  }
  for (const text of unknown) findings.add("broker and bus differ after all was said again", text);
  const state = asJson(life.runner.look());
  if (state === undefined) findings.add("state", "is not plain JSON");
  return { differed, state: state ?? "" };
};

/** Devices change their values meanwhile. */
const ROUNDS = 3;
const SAY_EVERY_MS = 200;
const SAID_MS = 60_000;
