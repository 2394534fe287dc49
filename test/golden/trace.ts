import { explainFrame } from "../../src/core/explain.ts";
import type { Effect, Impulse } from "../../src/core/impulse.ts";
import { parseHex } from "../../src/core/octets.ts";
import { testStack } from "../../src/testing.ts";

/** What a trace is made of: octets from the chip, an impulse, or time that passes. */
export type Step = string | Impulse | number;

/**
 * Plays a dialogue and writes down what happened, one event per line: time, direction, octets or topic, meaning.
 * Read as a diff when it changes.
 */
export const trace = (options: Parameters<typeof testStack>[0], steps: readonly Step[]): string => {
  const stack = testStack({ online: false, ...options });
  const lines: string[] = [];
  const note = (direction: string, text: string): void => {
    lines.push(`${stack.clock.now().toFixed(1).padStart(9)} ${direction} ${text}`);
  };
  const look = (): void => {
    for (const effect of stack.effects()) for (const text of readable(effect)) note("→", text);
  };
  const pass = (ms: number): void => {
    const until = stack.clock.now() + ms;
    while (stack.clock.now() < until) {
      stack.clock.advance(Math.min(1, until - stack.clock.now()));
      look();
    }
  };
  for (const step of steps) {
    if (typeof step === "number") pass(step);
    else if (typeof step === "string") {
      const octets = step.split(" ");
      note("←", `chip  ${step}${meaning(step)}`);
      for (const octet of octets) {
        stack.receive(octet);
        look();
      }
    } else {
      note("←", `${step.for} ${step.type}`);
      stack.deliver("at" in step ? { ...step, at: stack.clock.now() } : step);
      look();
    }
  }
  return `${lines.join("\n")}\n`;
};

const readable = (effect: Impulse | Effect): readonly string[] => {
  switch (effect.for) {
    case "serial":
      return effect.type === "write"
        ? [`chip  ${Array.from(effect.octets, (o) => o.toString(16).padStart(2, "0")).join(" ")}`]
        : ["chip  port opened again"];
    case "mqtt":
      return effect.type === "publish"
        ? [`mqtt  ${effect.topic}${effect.retain ? " (retained)" : ""} ${effect.payload}`]
        : [`mqtt  subscribe ${effect.filters.join(" ")}`];
    case "drops":
      return [`drop  ${effect.reason}`];
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
