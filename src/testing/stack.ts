import type { StackConfig } from "../core/config.ts";
import type { Effect } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import type { Octets } from "../core/octets.ts";
import { openStack, run, type StackState } from "../core/stack/stack.ts";
import type { Chip } from "../sim/chip.ts";
import { type Clock, type VirtualClock, virtualClock } from "../sim/clock.ts";
import { type TestOptions, testConfig } from "./config.ts";
import { type Receive, receiver, type Watched, watch } from "./watch.ts";

/** A whole stack. */
export type TestStack = Watched<StackState>;

/** Runs a stack on a clock; timers keep the promise of `Timer`. */
export const stackOn = (
  clock: Clock,
  config: StackConfig,
  write: (octets: Octets) => void = () => {},
  seen?: Seen,
): TestStack =>
  watch(clock, (state, impulse) => run(state, impulse, seen), openStack(config), write);

/** Is shown everything that travels between the layers. */
type Seen = (impulse: Impulse | Effect) => void;

/** A stack in virtual time whose octets come from the test. */
export type WiredStack = TestStack & Readonly<{ clock: VirtualClock; receive: Receive }>;

/** A stack in virtual time that has just come online; with `online: false` its port is not open yet. */
export const testStack = (
  options: TestOptions & { readonly online?: boolean } = {},
): WiredStack => {
  const clock = virtualClock();
  const stack = stackOn(clock, testConfig(options));
  const receive = receiver(clock, (impulse) => stack.deliver(impulse));
  if (options.online ?? true) {
    stack.deliver({ for: "dl", type: "port-opened.ind", at: clock.now() });
    receive("03");
    clock.advance(SILENCE_MS);
    receive("07");
    clock.advance(SILENCE_MS);
    for (const forget of [stack.effects, stack.written, stack.published, stack.drops]) forget();
  }
  return Object.assign(stack, { clock, receive });
};

/** Longer than any pause inside a frame. */
const SILENCE_MS = 10;

/** A stack whose serial port is a simulated chip: what it writes goes to the chip, what the chip says comes back. */
export const stackOnChip = (
  clock: Clock,
  chip: Chip,
  config: StackConfig,
  seen?: Seen,
): TestStack => {
  const stack = stackOn(clock, config, (octets) => chip.write(octets), seen);
  chip.onOctets((octets) => {
    for (let index = 0; index < octets.length; index++) {
      const behind = octets.length - 1 - index;
      const octet = octets[index] ?? 0;
      stack.deliver({ for: "dl", type: "octet.ind", octet, behind, at: clock.now() });
    }
  });
  stack.deliver({ for: "dl", type: "port-opened.ind", at: clock.now() });
  return stack;
};
