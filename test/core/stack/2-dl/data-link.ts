import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse, LData } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { dl } from "../../../../src/core/stack/2-dl/dl.ts";
import { type DlState, openDl } from "../../../../src/core/stack/2-dl/state.ts";
import { virtualClock } from "../../../../src/sim/clock.ts";
import { type TestOptions, testConfig } from "../../../../src/testing/config.ts";
import { hex, receiver, watch } from "../../../../src/testing/watch.ts";

/** The data link layer alone, on a clock that jumps, with the group addresses of the vectors as its own. */
export const dataLink = (options: TestOptions["dl"] = {}, online = true) => {
  const clock = virtualClock();
  const objects = { "1/2/3": true, "1/2/5": true, "1/2/6": true, "1/2/7": true } as const;
  const config = testConfig({ dl: options ?? {}, objects }).dl;
  const layer = watch(
    clock,
    (state: DlState, impulse: Impulse) => (impulse.for === "dl" ? dl(state, impulse) : [state, []]),
    openDl(config),
  );
  const seen: (Impulse | Effect)[] = [];
  const link = {
    clock,
    state: () => layer.state,
    deliver: layer.deliver,
    effects: layer.effects,
    written: layer.written,
    drops: layer.drops,
    receive: receiver(clock, layer.deliver),
    /** One read, at this very moment. */
    atOnce: (text: string): void => {
      const octets = hex(text);
      for (let index = 0; index < octets.length; index++)
        layer.deliver({
          for: "dl",
          type: "octet.ind",
          octet: octets[index] ?? 0,
          behind: octets.length - 1 - index,
          at: clock.now(),
        });
    },
    /** Requests to open the port again since the last look. */
    reopened: (): readonly string[] => {
      const all = layer.effects();
      seen.push(...all);
      return all.flatMap((effect) =>
        effect.for === "serial" && effect.type === "reopen" ? ["reopen"] : [],
      );
    },
    /** What went to the layers above since the last call, readable. */
    up: (): readonly string[] => [...seen.splice(0), ...layer.effects()].flatMap(readable),
    send: (frame: LData, ref = 1): void =>
      layer.deliver({ for: "dl", type: "L_Data.req", frame, ref, at: clock.now() }),
    forget: (): void => {
      for (const view of [layer.effects, layer.written, layer.drops]) view();
    },
    watch: (on: boolean): void => layer.deliver({ for: "dl", type: "watch.req", on }),
    busmonitor: (on: boolean): void =>
      layer.deliver({ for: "dl", type: "busmonitor.req", on, at: clock.now() }),
    openPort: (): void => layer.deliver({ for: "dl", type: "port-opened.ind", at: clock.now() }),
    closePort: (): void => layer.deliver({ for: "dl", type: "port-closed.ind", at: clock.now() }),
  };
  if (online) {
    link.openPort();
    link.receive("03");
    clock.advance(10);
    link.receive("07");
    clock.advance(10);
    link.forget();
  }
  return link;
};

export type DataLink = ReturnType<typeof dataLink>;

const readable = (effect: Impulse | Effect): readonly string[] => {
  if (effect.for === "nl" && effect.type === "L_Data.ind") {
    const { source, destination, priority, hops, repeated, tpdu } = effect;
    const from = source.toString(16).padStart(4, "0");
    const to = destination.address.toString(16).padStart(4, "0");
    return [
      `ind ${repeated ? "repeated " : ""}${priority} ${from} > ${destination.to} ${to}, hops ${hops}: ${toHex(tpdu)}`,
    ];
  }
  if (effect.for === "nl" && effect.type === "L_Data.con")
    return [`con ${effect.ref} ${effect.outcome}, repeats ${effect.repeats}`];
  if (effect.for === "bridge" && effect.type === "bus.ind")
    return [effect.online ? "bus online" : `bus offline: ${effect.reason}`];
  return [];
};
