import { describe, expect, test } from "vitest";
import {
  OBJECT_EVENTS,
  OBJECT_STATUSES,
  statusCell,
} from "../../../../src/core/app/group-objects/status-table.ts";
import { EXAMPLE, server, single } from "./rig.ts";

const loaded = (tables = EXAMPLE) => {
  const it = server();
  it.load(tables);
  it.rest();
  return it;
};

describe("the table", () => {
  test("has a cell for every status and event", () => {
    for (const event of OBJECT_EVENTS)
      for (const status of OBJECT_STATUSES)
        expect(OBJECT_STATUSES).toContain(statusCell(status, event)[0]);
    expect([OBJECT_STATUSES.length, OBJECT_EVENTS.length]).toEqual([6, 9]);
  });

  test("every status is reached from the first one", () => {
    const reached = new Set([OBJECT_STATUSES[0] ?? "idle"]);
    for (const status of reached)
      for (const event of OBJECT_EVENTS) reached.add(statusCell(status, event)[0]);
    expect([...reached].toSorted()).toEqual(OBJECT_STATUSES.toSorted());
  });

  test("a value that comes in always counts; a refusal always shows", () => {
    for (const status of OBJECT_STATUSES) {
      expect(statusCell(status, "value received")).toEqual(["updated", "update"]);
      expect(statusCell(status, "request refused")).toEqual(["error", "-"]);
    }
  });
});

describe("what an object goes through", () => {
  test("write, confirmed", () => {
    const it = loaded();
    it.write(1, "01");
    expect(it.object(1)).toBe("transmitting 01");
    it.confirm();
    expect(it.object(1)).toBe("idle 01");
  });

  test.each(["no_ack", "lost", "offline", "rejected", "queue_full", "too_long"] as const)(
    "write, %s",
    (outcome) => {
      const it = loaded();
      it.write(1, "01");
      it.confirm(outcome);
      expect(it.object(1)).toBe("error 01");
    },
  );

  test("read, answered: the update clears the request", () => {
    const it = loaded();
    it.read(1);
    expect(it.object(1)).toBe("readRequested -");
    it.confirm();
    expect(it.object(1)).toBe("readRequested -");
    it.receive("1/1/2", "00 41");
    expect(it.object(1)).toBe("updated 01");
    it.take(1);
    expect(it.object(1)).toBe("idle 01");
  });

  test("read, not sent", () => {
    const it = loaded();
    it.read(1);
    it.confirm("no_ack");
    expect(it.object(1)).toBe("error -");
  });

  test("a value that comes in while the own one is on its way stays", () => {
    const it = loaded();
    it.write(1, "01");
    it.receive("1/1/1", "00 80");
    it.confirm("no_ack");
    expect(it.object(1)).toBe("updated 00");
  });

  test("two writes in a row: the last one says how it ended", () => {
    const it = loaded();
    it.write(1, "01");
    it.write(1, "00");
    it.confirm("no_ack");
    expect(it.object(1)).toBe("transmitting 00");
    it.confirm();
    expect(it.object(1)).toBe("idle 00");
    expect(it.telegrams()).toEqual(["0902 low 00 81", "0902 low 00 80"]);
  });

  test("without a value since the start nobody is answered", () => {
    const it = loaded(single("CF00"));
    it.receive("1/2/3", "00 00");
    expect(it.telegrams()).toEqual([]);
  });
});

describe("requests that cannot be", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "no association",      objects: "0002 D700 4700", asap: 2, value: "01",    reason: "objects.no-association", after: "error 01" },
    { is: "no such object",      objects: "0001 D700",      asap: 2, value: "01",    reason: "objects.unknown",        after: "uninitialized -" },
    { is: "two octets for one",  objects: "0001 D707",      asap: 1, value: "01 02", reason: "objects.size",           after: "error -" },
    { is: "none at all",         objects: "0001 D700",      asap: 1, value: "",      reason: "objects.size",           after: "error -" },
  ])("$is", ({ objects, asap, value, reason, after }) => {
    const it = loaded({ ...single("D700"), objects });
    it.write(asap, value);
    expect([it.object(asap), it.drops(), it.telegrams()]).toEqual([after, [reason], []]);
  });

  test("nothing runs: requests are dropped, telegrams pass by", () => {
    const it = server();
    it.load(EXAMPLE, false);
    it.rest();
    it.write(1, "01");
    it.read(1);
    it.receive("1/1/2", "00 81");
    it.take(1);
    expect(it.drops()).toEqual(["objects.halted", "objects.halted"]);
    expect([it.object(1), it.telegrams()]).toEqual(["uninitialized -", []]);
  });
});
