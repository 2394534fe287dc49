import { expect, test } from "vitest";
import type { Impulse } from "../../src/core/impulse.ts";
import { trace } from "./trace.ts";

const OPENED: Impulse = { for: "dl", type: "port-opened.ind", at: 0 };
const CONNECTED: Impulse = { for: "bridge", type: "broker.ind", connected: true, at: 0 };
const set = (topic: string, payload: string): Impulse => ({
  for: "bridge",
  type: "message.ind",
  topic,
  payload,
  size: payload.length,
  retain: false,
  at: 0,
});

const START = [OPENED, "03", 10, "07", CONNECTED, 10] as const;
const objects = {
  "1/2/3": { name: "Lamp", dpt: "1.001" },
  "4/0/1": { name: "Temperature", dpt: "9.001", provide: true },
} as const;

test("a telegram becomes a state", async () => {
  const text = trace({ objects }, [...START, "bc 11 14 0a 03 e1 00 81 2f", 20]);
  await expect(text).toMatchFileSnapshot("telegram-to-state.trace");
});

test("a command becomes a telegram, and a state when the bus has confirmed it", async () => {
  const text = trace({ objects }, [
    ...START,
    set("knx/ga/1/2/3/set", '{"value":"on","id":"a1"}'),
    40,
    "bc 11 05 0a 03 e1 00 81 3e",
    2,
    "8b",
    5,
  ]);
  await expect(text).toMatchFileSnapshot("command-to-telegram.trace");
});

test("nobody acknowledges: four attempts, no state, a result that says so", async () => {
  const again = "9c 11 05 0a 03 e1 00 81 1e";
  const text = trace({ objects }, [
    ...START,
    set("knx/ga/1/2/3/set", '{"value":"on","id":"a1"}'),
    40,
    "bc 11 05 0a 03 e1 00 81 3e",
    8,
    again,
    8,
    again,
    8,
    again,
    3,
    "0b",
    5,
  ]);
  await expect(text).toMatchFileSnapshot("no-acknowledge.trace");
});

test("a read of a provided object: silence without a value, an answer with one", async () => {
  const read = "bc 11 14 20 01 e1 00 00 86";
  const text = trace({ objects }, [
    ...START,
    read,
    50,
    set("knx/ga/4/0/1/set", "21.5"),
    40,
    "bc 11 05 20 01 e3 00 80 0c 33 2a",
    2,
    "8b",
    300,
    read,
    40,
    "bc 11 05 20 01 e3 00 40 0c 33 ea",
    2,
    "8b",
    5,
  ]);
  await expect(text).toMatchFileSnapshot("provided-object.trace");
});
