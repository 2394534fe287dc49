import { expect, test } from "vitest";
import { withRecord } from "../../../src/config/record.ts";
import { GroupAddress, IndividualAddress } from "../../../src/core/address.ts";
import { configuredOf, FACTORY_SETTINGS } from "../../../src/core/app/device/model/settings.ts";
import {
  createChip,
  createLine,
  stackOnChip,
  testConfig,
  virtualClock,
} from "../../../src/testing.ts";

const CONFIG = testConfig({ dl: { address: IndividualAddress(0x1105) } });

/** 1.1.5 behind a chip, and a tool, 1.1.99, that acknowledges no group address. */
const onALine = (config = CONFIG) => {
  const clock = virtualClock();
  const line = createLine({ clock });
  const chip = createChip({ line, kind: "tpuart2", name: "ours" });
  const stack = stackOnChip(clock, chip, config);
  const toolConfig = testConfig({ dl: { address: IndividualAddress(0x1163) } });
  const tool = stackOnChip(clock, createChip({ line, kind: "tpuart2", name: "tool" }), toolConfig);
  clock.advance(1_000);
  return { clock, chip, stack, tool };
};

/** PID_MAX_RETRY_COUNT, over the bus. */
const writeRetries = ({ clock, tool }: ReturnType<typeof onALine>, octet: number): void => {
  tool.deliver({
    for: "client",
    type: "procedure.req",
    id: 7,
    procedure: {
      name: "property.write",
      peer: IndividualAddress(0x1105),
      object: 0,
      pid: 52,
      start: 1,
      count: 1,
      octets: [octet],
    },
    at: clock.now(),
  });
  clock.advance(10_000);
};

/** How often the chip repeats a telegram that nobody acknowledges: seen on the line. */
const repetitions = ({ clock, stack }: ReturnType<typeof onALine>): number => {
  stack.effects();
  stack.deliver({
    for: "al",
    type: "A_GroupValue_Write.req",
    destination: GroupAddress(0x0a07),
    priority: "low",
    value: { octets: [0x5a], short: false },
    ref: 1,
    at: clock.now(),
  });
  clock.advance(1_000);
  return stack
    .effects()
    .filter((one) => one.for === "counters" && one.type === "count" && one.counter === "tx.repeats")
    .length;
};

test("PID 52 written over the bus reaches the chip at once, and again after it was reset", () => {
  const it = onALine();
  expect(repetitions(it)).toBe(3);
  writeRetries(it, 0x31);
  expect(repetitions(it)).toBe(1);
  it.chip.reset();
  it.clock.advance(1_000);
  expect(repetitions(it)).toBe(1);
  writeRetries(it, 0x33);
  expect(repetitions(it)).toBe(3);
});

test("what the record of the last run says holds from the start", () => {
  const { address, keys } = CONFIG.device;
  const settings = { ...FACTORY_SETTINGS, maxRetryCount: 0x32 };
  const configured = configuredOf(CONFIG);
  const { stack } = withRecord(CONFIG, { record: { address, keys, settings }, configured });
  expect(repetitions(onALine(stack))).toBe(2);
});
