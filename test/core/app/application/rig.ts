import { parseGroupAddress } from "../../../../src/core/address.ts";
import { application } from "../../../../src/core/app/application/application.ts";
import type { Application } from "../../../../src/core/app/application/program.ts";
import { openApplication } from "../../../../src/core/app/application/state.ts";
import { Asap } from "../../../../src/core/app/group-objects/access-point.ts";
import type { ApplicationImpulse, ObjectLink } from "../../../../src/core/app-impulse.ts";
import type { ApplicationConfig } from "../../../../src/core/config.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { virtualClock } from "../../../../src/sim/clock.ts";
import { hex, watch } from "../../../../src/testing/watch.ts";

/** One application on a virtual clock, with nothing around it. */
export const rig = (name: ApplicationConfig["name"], program?: Application) => {
  const clock = virtualClock();
  const it = watch(
    clock,
    (state, impulse) =>
      impulse.for === "application" ? application(state, impulse, program) : [state, []],
    openApplication({ name }),
  );
  const at = () => clock.now();
  const deliver = (impulse: ApplicationImpulse) => it.deliver(impulse);
  return {
    clock,
    deliver,
    state: () => it.state,
    /** What came out since the last call, in words. */
    out: (): readonly string[] => it.effects().flatMap(words),
    start: (memory: string, links: readonly ObjectLink[] = []) =>
      deliver({
        for: "application",
        type: "started.ind",
        parameters: hex(memory),
        links,
        at: at(),
      }),
    stop: () => deliver({ for: "application", type: "stopped.ind", at: at() }),
    /** `/1` inside the APCI octet, `0c 1a` in octets of their own. */
    update: (asap: number, text: string) =>
      deliver({
        for: "application",
        type: "object-updated.ind",
        asap: Asap(asap),
        value: { octets: hex(text.replace("/", "0")), short: text.startsWith("/") },
        at: at(),
      }),
    /** @param input from 0 */
    input: (input: number, on: boolean) =>
      deliver({ for: "application", type: "gpio.ind", input, on, at: at() }),
  };
};

/** A linked object, with its descriptor word in hex. */
export const link = (asap: number, ga: string, word: string): ObjectLink => {
  const address = parseGroupAddress(ga);
  if (address === undefined) throw new TypeError(`no group address: ${ga}`);
  return { asap: Asap(asap), ga: address, word: Number.parseInt(word, 16) };
};

const words = (item: Impulse | Effect): readonly string[] => {
  switch (item.for) {
    case "objects":
      if (item.type === "object-write.req") return [`${item.asap} = ${toHex(item.value)}`];
      if (item.type === "object-read.req") return [`read ${item.asap}`];
      return item.type === "object-updated.res" ? [] : [item.type];
    case "gpio":
      return item.type === "output"
        ? [`output ${item.output} ${item.on ? "on" : "off"}`]
        : [item.type];
    case "timer": {
      const name = item.timer.for === "application" ? item.timer.name : item.timer.for;
      return [item.type === "start" ? `${name} in ${item.ms}` : `${name} stopped`];
    }
    case "drops":
      return [item.reason];
    case "log":
      return [`${item.note.level}: ${item.note.message}`];
    case "bridge":
      return item.type === "objects.req"
        ? [
            `bridge: ${item.objects.map(({ ga, name, dpt, writable }) => `${ga} ${name} ${dpt}${writable ? "" : " read only"}`).join(", ")}`,
          ]
        : [item.type];
    default:
      return [`${item.for} ${item.type}`];
  }
};
