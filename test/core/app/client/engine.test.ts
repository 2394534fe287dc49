import { describe, expect, test } from "vitest";
import type { Procedure } from "../../../../src/core/app/client/procedure.ts";
import { ga, ia, indication, rig } from "./rig.ts";

const GROUP = ga("1/2/3");
const restart = (peer: string): Procedure => ({ name: "device.restart", peer: ia(peer) });
const begin = (id: number, procedure: Procedure) =>
  ({ for: "client", type: "procedure.req", id, procedure, at: 1 }) as const;
const cancel = (id: number) => ({ for: "client", type: "cancel.req", id, at: 2 }) as const;
const connected = (peer: string) =>
  ({ for: "client", type: "T_Connect.con", peer: ia(peer), at: 3 }) as const;
const disconnected = (peer: string) =>
  ({ for: "client", type: "T_Disconnect.con", peer: ia(peer), at: 4 }) as const;
const timeout = (id: number) =>
  ({ for: "client", type: "timeout", timer: { for: "client", name: "step", id }, at: 5 }) as const;

describe("several at a time", () => {
  test("two to one device: the second fails at once", () => {
    const { deliver, told, asked } = rig();
    deliver(begin(1, restart("1.1.5")));
    deliver(begin(2, restart("1.1.5")));
    deliver(begin(3, restart("1.1.6")));
    expect(asked).toEqual(["connect 1.1.5", "connect 1.1.6"]);
    expect(told).toEqual([
      {
        for: "control",
        type: "failure",
        id: 2,
        error: {
          code: "busy",
          message: "Another procedure is talking to 1.1.5. Try again when it has ended.",
        },
      },
    ]);
  });

  test("a scan goes on past a device somebody is talking to", () => {
    const { deliver, told, confirm } = rig();
    deliver(begin(1, restart("1.1.5")));
    deliver(begin(2, { name: "device.scan", line: 0x11, from: 5, to: 6 }));
    confirm("no_ack");
    expect(told.at(-1)).toMatchObject({
      type: "result",
      value: { devices: [], acknowledged: [], busy: ["1.1.5"] },
    });
  });

  test("no more than 32", () => {
    const { deliver, told, state } = rig();
    for (let id = 1; id <= 33; id++) deliver(begin(id, restart(`1.1.${id}`)));
    expect(state().tasks).toHaveLength(32);
    expect(told).toMatchObject([{ type: "failure", id: 33, error: { code: "busy" } }]);
  });

  test("an id that is in use begins nothing", () => {
    const { deliver, told, asked } = rig();
    deliver(begin(1, restart("1.1.5")));
    deliver(begin(1, restart("1.1.6")));
    expect(asked).toEqual(["connect 1.1.5"]);
    expect(told).toEqual([]);
  });

  test("two who look for devices hear the same answers", () => {
    const { deliver, confirm, drops, state } = rig();
    deliver(begin(1, { name: "device.find" }));
    deliver(begin(2, { name: "device.find" }));
    confirm("ok");
    confirm("ok");
    deliver(indication("1.1.7", "all", "01 40"));
    expect(drops).toEqual([]);
    expect(state().tasks.map(({ doing }) => doing)).toMatchObject([
      { heard: [{ source: ia("1.1.7") }] },
      { heard: [{ source: ia("1.1.7") }] },
    ]);
  });
});

describe("cancel", () => {
  test("the connection is closed, and nothing is reported", () => {
    const { deliver, told, asked, timers } = rig();
    deliver(begin(1, restart("1.1.5")));
    deliver(cancel(1));
    deliver(connected("1.1.5"));
    deliver(disconnected("1.1.5"));
    expect(asked).toEqual(["connect 1.1.5", "disconnect 1.1.5"]);
    expect(told).toEqual([]);
    expect([...timers]).toEqual([]);
  });

  test("so late that there is a result: it is not given", () => {
    const { deliver, told, confirm, state } = rig();
    deliver(begin(1, { name: "memory.read", peer: ia("1.1.5"), address: 1, length: 1 }));
    deliver(connected("1.1.5"));
    confirm("ok");
    deliver(indication("1.1.5", "co", "02 41 00 01 77"));
    deliver(cancel(1));
    deliver(disconnected("1.1.5"));
    expect(told).toMatchObject([{ type: "progress" }]);
    expect(state().tasks).toEqual([]);
  });

  test("of nothing", () => {
    const { deliver, asked } = rig();
    deliver(cancel(1));
    expect(asked).toEqual([]);
  });
});

describe("order", () => {
  test("the result comes when the connection is closed", () => {
    const { deliver, told, confirm } = rig();
    deliver(begin(1, { name: "memory.read", peer: ia("1.1.5"), address: 1, length: 1 }));
    deliver(connected("1.1.5"));
    confirm("ok");
    deliver(indication("1.1.5", "co", "02 41 00 01 77"));
    expect(told.some(({ type }) => type === "result")).toBe(false);
    deliver(disconnected("1.1.5"));
    expect(told.at(-1)).toMatchObject({ type: "result" });
  });

  test("progress is told once", () => {
    const { deliver, told, confirm } = rig();
    deliver(begin(1, { name: "device.scan", line: 0x11, from: 1, to: 3 }));
    for (let device = 1; device <= 3; device++) confirm("no_ack");
    expect(told.map((each) => (each.type === "progress" ? each.done : each.type))).toEqual([
      1,
      2,
      3,
      "result",
    ]);
  });
});

describe("nothing waits for ever", () => {
  test("for a connection", () => {
    const { deliver, asked } = rig();
    deliver(begin(1, restart("1.1.5")));
    deliver(timeout(1));
    expect(asked).toEqual(["connect 1.1.5", "1.1.5 cl 03 00"]);
  });

  test("for the end of one", () => {
    const { deliver, told } = rig();
    deliver(begin(1, { name: "memory.read", peer: ia("1.1.5"), address: 1, length: 1 }));
    deliver(connected("1.1.5"));
    deliver(timeout(1));
    deliver(timeout(1));
    expect(told).toMatchObject([{ type: "failure", error: { code: "no_answer" } }]);
  });

  test("for a confirmation", () => {
    const { deliver, told } = rig();
    const value = { octets: [1], short: true };
    deliver(begin(1, { name: "group.write", address: GROUP, value }));
    deliver(timeout(1));
    expect(told).toMatchObject([{ type: "failure", error: { code: "no_answer" } }]);
  });
});

describe("telegrams for those who watch", () => {
  const telegram = {
    for: "client",
    type: "telegram.ind",
    octets: [0xbc, 0x11, 0x07, 0x0a, 0x03, 0xe1, 0x00, 0x81, 0x3d],
    own: true,
    source: ia("1.1.7"),
    destination: { to: "group", address: GROUP },
    tpdu: [0x00, 0x81],
    at: 9,
  } as const;
  const watch = (on: boolean) => ({ for: "client", type: "watch.req", on, at: 8 }) as const;

  test("from on to off, and the link layer is asked once", () => {
    const { deliver, told, asked } = rig();
    deliver(watch(true));
    deliver(watch(true));
    deliver(telegram);
    deliver(watch(false));
    deliver(telegram);
    expect(asked).toEqual(["watch on", "watch off"]);
    expect(told).toEqual([
      { for: "control", type: "telegram", octets: telegram.octets, own: true, at: 9 },
    ]);
  });

  test("a group read that ends does not blind them", () => {
    const { deliver, asked, told } = rig();
    deliver(watch(true));
    deliver(begin(1, { name: "group.read", address: GROUP }));
    deliver({ ...telegram, tpdu: [0x00, 0x41] });
    expect(asked).toEqual(["watch on", "read 1/2/3"]);
    expect(told).toMatchObject([{ type: "telegram" }, { type: "result" }]);
  });
});
