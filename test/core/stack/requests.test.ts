import { describe, expect, test } from "vitest";
import { testStack } from "../../../src/testing/stack.ts";

type Stack = ReturnType<typeof testStack>;

const admin = (more: Parameters<typeof testStack>[0] = {}): Stack => {
  const stack = testStack({
    objects: { "1/2/3": { dpt: "1.001" } },
    bridge: { requests: "admin" },
    ...more,
  });
  const at = stack.clock.now();
  stack.deliver({ for: "bridge", type: "broker.ind", connected: true, version: 5, at });
  stack.published();
  stack.written();
  stack.effects();
  return stack;
};
const ask = (stack: Stack, name: string, parameters: object = {}): void => {
  const payload = JSON.stringify(parameters);
  stack.deliver({
    for: "bridge",
    type: "message.ind",
    topic: `knx/bridge/request/${name}`,
    payload,
    size: payload.length,
    retain: false,
    at: stack.clock.now(),
  });
};
const published = (stack: Stack, topic: RegExp): readonly string[] =>
  stack.published().filter((one) => topic.test(one));

describe("through the whole stack", () => {
  test("§10 bus/reset writes U_Reset.req; the answer to it brings the link back", () => {
    const stack = admin();
    ask(stack, "bus/reset");
    expect(stack.written()).toEqual(["01"]);
    stack.receive("03");
    stack.clock.advance(10);
    expect(stack.written()).toEqual(["02"]);
    stack.receive("07");
    expect(stack.state.bridge.bus.state).toBe("online");
    // Asked for: no event tells of it.
    expect(published(stack, /bridge\/event/)).toEqual([]);
  });

  test("§8.4 chip_reset when the transceiver resets itself", () => {
    const stack = admin();
    stack.receive("03");
    expect(published(stack, /bridge\/event/)).toEqual([
      expect.stringMatching(/^knx\/bridge\/event .*"type":"chip_reset","why":"unasked"/),
    ]);
  });

  test("§8.2 the chip that was found stands in bridge/info", () => {
    const stack = testStack({ online: false, dl: { chip: "auto" } });
    stack.deliver({ for: "bridge", type: "broker.ind", connected: true, at: 0 });
    stack.deliver({ for: "dl", type: "port-opened.ind", at: stack.clock.now() });
    stack.receive("03");
    stack.clock.advance(10);
    // SystemStat.ind of an NCN in normal mode.
    stack.receive("4b f7");
    stack.clock.advance(10);
    stack.receive("07");
    stack.clock.advance(10);
    expect(published(stack, /bridge\/info/).at(-1)).toContain('"chip":"NCN5120/NCN5121/NCN5130"');
  });

  test("§8.7 every frame is shown while somebody wants to see them", () => {
    const stack = admin();
    const WRITE = "BC 11 14 0A 03 E1 00 80 2E";
    stack.receive(WRITE);
    stack.clock.advance(100);
    expect(published(stack, /bridge\/telegrams/)).toEqual([]);
    ask(stack, "telegrams/stream", { seconds: 5 });
    stack.receive(WRITE);
    stack.clock.advance(100);
    expect(published(stack, /bridge\/telegrams/)).toEqual([
      expect.stringContaining('"frame":"bc11140a03e100802e"'),
    ]);
    expect(stack.state.dl.watched).toBe(true);
    stack.clock.advance(5_000);
    expect(stack.state.dl.watched).toBe(false);
  });

  test("§10 device/scan asks one device after the other; its results are not those of the socket", () => {
    const stack = admin();
    ask(stack, "device/scan", { id: 7, line: "1.1", from: 20, to: 21 });
    // Nobody there: the chip says that nobody acknowledged.
    for (let n = 0; n < 2; n++) {
      stack.clock.advance(50);
      stack.receive("0b");
      stack.clock.advance(450);
    }
    stack.clock.advance(1_000);
    expect(published(stack, /response\/device\/scan/)).toEqual([
      expect.stringContaining('"data":{"line":"1.1","devices":[],"acknowledged":[]}'),
    ]);
    expect(stack.effects().filter((each) => each.for === "control")).toEqual([]);
    expect(stack.state.client.tasks).toEqual([]);
  });
});
