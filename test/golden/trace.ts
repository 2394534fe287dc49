import type { Effect, Publication } from "../../src/core/effect.ts";
import { explainFrame } from "../../src/core/explain.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { type Octets, parseHex, toHex } from "../../src/core/octets.ts";
import { testStack } from "../../src/testing.ts";

/**
 * What a trace is made of: octets from the chip, an impulse, time that passes, or `ECHO`: every frame that the chip was given
 * since the last one comes back from the line, acknowledged and confirmed.
 */
export type Step = string | Impulse | number;

export const ECHO = "echo";

/**
 * Plays a dialogue and writes down what happened, one event per line: time, direction, octets or topic, meaning.
 * Read as a diff when it changes.
 */
export const trace = (options: Parameters<typeof testStack>[0], steps: readonly Step[]): string => {
  const stack = testStack({ online: false, ...options });
  const lines: string[] = [];
  const uploaded = uploads();
  const note = (direction: string, text: string): void => {
    lines.push(`${stack.clock.now().toFixed(1).padStart(9)} ${direction} ${text}`);
  };
  const look = (): void => {
    for (const effect of stack.effects()) {
      for (const text of readable(effect)) note("→", text);
      if (effect.for === "serial" && effect.type === "write") uploaded.take(effect.octets);
    }
  };
  const pass = (ms: number): void => {
    const until = stack.clock.now() + ms;
    while (stack.clock.now() < until) {
      stack.clock.advance(Math.min(1, until - stack.clock.now()));
      look();
      if (uploaded.asked()) play("07");
    }
  };
  const play = (text: string): void => {
    note("←", `chip  ${text}${meaning(text)}`);
    for (const octet of text.split(" ")) {
      stack.receive(octet);
      look();
    }
  };
  for (const step of steps) {
    if (typeof step === "number") pass(step);
    else if (step === ECHO) {
      for (let frame = uploaded.next(); frame !== undefined; frame = uploaded.next()) {
        play(frame);
        pass(2);
        play("8b");
        pass(40);
      }
    } else if (typeof step === "string") play(step);
    else {
      note("←", `${step.for} ${step.type}`);
      stack.deliver("at" in step ? { ...step, at: stack.clock.now() } : step);
      look();
    }
  }
  return `${lines.join("\n")}\n`;
};

/** Puts frames together again from the services that carry their octets to the chip. */
const uploads = () => {
  let frame: number[] = [];
  const whole: string[] = [];
  let online = false;
  let asked = false;
  return {
    take: (octets: Octets): void => {
      // the first question for the state belongs to the beginning, which a trace plays itself
      asked = online && octets.length === 1 && octets[0] === 0x02;
      if (octets[0] === 0x02) online = true;
      for (let index = 0; index + 1 < octets.length; index += 2) {
        const service = octets[index] ?? 0;
        if (service === 0x80) frame = [];
        frame.push(octets[index + 1] ?? 0);
        if ((service & 0xc0) === 0x40) whole.push(toHex(frame));
      }
    },
    /** The next frame that the chip has as a whole. */
    next: (): string | undefined => whole.shift(),
    /** The chip was asked for its state since the last look. */
    asked: (): boolean => {
      const was = asked;
      asked = false;
      return was;
    },
  };
};

const readable = (effect: Impulse | Effect): readonly string[] => {
  switch (effect.for) {
    case "serial":
      return effect.type === "write"
        ? [`chip  ${Array.from(effect.octets, (o) => o.toString(16).padStart(2, "0")).join(" ")}`]
        : ["chip  port opened again"];
    case "mqtt":
      return effect.type === "publish"
        ? [`mqtt  ${effect.topic}${effect.retain ? " (retained)" : ""} ${shown(effect)}`]
        : [`mqtt  subscribe ${effect.filters.join(" ")}`];
    case "drops":
      return [`drop  ${effect.reason}`];
    case "transitions": {
      const { machine, subject, state, event, action, next } = effect.transition;
      return machine === "tlsm" ? [`tlsm  ${subject} ${state}: ${event} → ${action}, ${next}`] : [];
    }
    case "control":
      return effect.type === "result" || effect.type === "failure"
        ? [`control ${JSON.stringify(effect.type === "result" ? effect.value : effect.error)}`]
        : [];
    case "store":
      if (effect.type !== "save" && effect.type !== "keep") return [];
      return [`store ${JSON.stringify(effect.type === "save" ? effect.record : effect.loadable)}`];
    default:
      return [];
  }
};

const meaning = (text: string): string => {
  const explained = explainFrame(parseHex(text) ?? []);
  return explained.ok
    ? `   ${explained.source} > ${explained.destination} ${explained.apci ?? explained.tpci} ${explained.data}`
    : "";
};

/** What `bridge/info` says grows with the program, and has tests of its own. */
const shown = ({ topic, payload }: Publication): string =>
  topic.endsWith("/bridge/info") ? "…" : payload;
