import type { Facts } from "../facts/facts.ts";
import { type Finding, speaker } from "../finding.ts";

const { ok, note, warning, problem, skipped } = speaker("power");

/** Supply voltage, throttling, heat. */
export const checkPower = ({ power, machine }: Facts): readonly Finding[] => {
  if (machine.pi === null) return power.tempC === null ? [] : [heat(power.tempC)];
  return [
    supply(power),
    ...throttling(power),
    ...(power.tempC === null ? [] : [heat(power.tempC)]),
  ];
};

/** Bits of get_throttled: now, and the same 16 higher since the start. */
const BITS = { undervoltage: 0x1, capped: 0x2, throttled: 0x4, soft: 0x8 } as const;
const SINCE = 16;

const BETTER =
  "Take the supply that belongs to this model, with a short cable, and feed what draws much current (USB disks) on its own.";

const supply = ({ throttled, alarm }: Facts["power"]): Finding => {
  if (throttled === null && alarm === null)
    return skipped(
      "supply",
      "the firmware does not say how the supply is",
      "vcgencmd get_throttled",
    );
  const now = alarm === true || ((throttled ?? 0) & BITS.undervoltage) !== 0;
  if (now) return problem("supply", "the supply voltage is too low now", BETTER);
  return ((throttled ?? 0) & (BITS.undervoltage << SINCE)) !== 0
    ? warning("supply", "the supply voltage has been too low since the start", BETTER)
    : ok("supply", "the supply voltage has not been too low since the start");
};

const throttling = ({ throttled }: Facts["power"]): readonly Finding[] => {
  if (throttled === null) return [];
  const slow = BITS.capped | BITS.throttled | BITS.soft;
  const now = throttled & slow;
  const since = (throttled >> SINCE) & slow;
  if (now !== 0)
    return [
      warning(
        "throttling",
        `the processor is slowed down now (${reasons(now)}): acknowledges may come too late`,
        "Give it air, a heat sink, or a better supply.",
      ),
    ];
  return since === 0
    ? [ok("throttling", "the processor was never slowed down since the start")]
    : [
        note(
          "throttling",
          `the processor was slowed down since the start (${reasons(since)})`,
          "Give it air, a heat sink, or a better supply.",
        ),
      ];
};

const reasons = (bits: number): string =>
  [
    ...((bits & BITS.capped) !== 0 ? ["frequency capped"] : []),
    ...((bits & BITS.throttled) !== 0 ? ["throttled"] : []),
    ...((bits & BITS.soft) !== 0 ? ["soft temperature limit"] : []),
  ].join(", ");

const heat = (tempC: number): Finding =>
  tempC >= HOT_C
    ? warning("temperature", `the processor has ${tempC} °C`, "Give it air, or a heat sink.")
    : ok("temperature", `the processor has ${tempC} °C`);

/** From 80 °C on a Pi slows down. */
const HOT_C = 80;
