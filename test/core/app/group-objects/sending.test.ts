import { describe, expect, test } from "vitest";
import { QUEUE_LIMIT } from "../../../../src/core/app/group-objects/queue.ts";
import { FIRST_OBJECTS_REF } from "../../../../src/core/impulse.ts";
import { server } from "./rig.ts";

const loaded = (addresses: string, associations: string, objects: string) => {
  const it = server();
  it.load({ addresses, associations, objects });
  it.rest();
  return it;
};

describe("one telegram at a time", () => {
  /** Four objects on an address of their own: low, urgent, system, normal. */
  const four = () =>
    loaded(
      "0004 0A03 0A05 0A07 0A09",
      "0004 0001 0001 0002 0002 0003 0003 0004 0004",
      "0004 5F07 5E07 5C07 5D07",
    );

  test("the next one after the confirmation, by priority", () => {
    const it = four();
    for (const asap of [1, 2, 3, 4]) it.write(asap, `1${asap}`);
    expect(it.telegrams()).toEqual(["0a03 low 00 80 11"]);
    it.confirm();
    expect(it.telegrams()).toEqual(["0a07 system 00 80 13"]);
    it.confirm("no_ack");
    expect(it.telegrams()).toEqual(["0a05 urgent 00 80 12"]);
    it.confirm();
    it.confirm();
    expect(it.telegrams()).toEqual(["0a09 normal 00 80 14"]);
    expect([1, 2, 3, 4].map(it.object)).toEqual(["idle 11", "idle 12", "error 13", "idle 14"]);
  });

  test("first in first out among those of one priority", () => {
    const it = loaded(
      "0003 0A03 0A05 0A07",
      "0003 0001 0001 0002 0002 0003 0003",
      "0003 5F07 5F07 5F07",
    );
    for (const asap of [2, 3, 1]) it.write(asap, `1${asap}`);
    it.confirm();
    it.confirm();
    expect(it.telegrams()).toEqual(["0a05 low 00 80 12", "0a07 low 00 80 13", "0a03 low 00 80 11"]);
  });

  test("a write that waits is sent once, with the newest value", () => {
    const it = four();
    it.write(1, "31");
    for (const value of ["41", "42", "43"]) it.write(2, value);
    it.confirm();
    it.confirm();
    expect(it.telegrams()).toEqual(["0a03 low 00 80 31", "0a05 urgent 00 80 43"]);
  });

  test("a confirmation of somebody else, or of a telegram before the tables changed, is none", () => {
    const it = four();
    it.write(1, "31");
    it.load({ addresses: "0001 0A03", associations: "0001 0001 0001", objects: "0001 5F07" });
    it.write(1, "33");
    it.confirm("no_ack");
    expect(it.object(1)).toBe("transmitting 33");
    it.confirm();
    expect(it.object(1)).toBe("idle 33");
  });

  test("refs are its own", () => {
    const it = four();
    it.write(1, "31");
    expect(it.state().flight?.ref).toBe(FIRST_OBJECTS_REF);
  });

  test("too many: the request is refused, the question is not answered", () => {
    const count = QUEUE_LIMIT + 2;
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const word = (value: number) => value.toString(16).padStart(4, "0");
    const it = loaded(
      `${word(count)} ${numbers.map(word).join(" ")}`,
      `${word(count)} ${numbers.map((n) => `${word(n)} ${word(n)}`).join(" ")}`,
      `${word(count)} ${numbers.map(() => "5F07").join(" ")}`,
    );
    for (const asap of numbers) it.write(asap, "07");
    expect(it.drops()).toEqual(["objects.queue-full"]);
    expect(it.object(count)).toBe("error 07");
    expect(it.state().waiting).toHaveLength(QUEUE_LIMIT);
    it.receive(`${count}`, "00 00");
    expect(it.drops()).toEqual(["objects.queue-full"]);
  });
});

describe("several objects on one address", () => {
  /** On 1/2/3: 1 sends (C T), 2 takes writes (C W), 3 takes answers (C U), 4 takes both but has two octets, 5 is not linked. */
  const family = () =>
    loaded(
      "0001 0A03",
      "0004 0001 0001 0001 0002 0001 0003 0001 0004",
      "0005 4F07 1707 8707 9708 1707",
    );

  test.each([
    ["ok", "idle"],
    ["no_ack", "error"],
    ["lost", "error"],
  ] as const)(
    "what one sends the others get, as if it had come from the bus: %s",
    (outcome, status) => {
      const it = family();
      it.write(1, "2D");
      expect(it.object(2)).toBe("uninitialized -");
      it.confirm(outcome);
      expect([1, 2, 3, 4, 5].map(it.object)).toEqual([
        `${status} 2d`,
        "updated 2d",
        "uninitialized -",
        "uninitialized -",
        "uninitialized -",
      ]);
      expect([it.updates(), it.drops()]).toEqual([1, ["objects.size"]]);
    },
  );

  test.each(["offline", "rejected", "queue_full", "too_long"] as const)(
    "what was never on the line nobody gets: %s",
    (outcome) => {
      const it = family();
      it.write(1, "2D");
      it.confirm(outcome);
      expect([it.object(1), it.object(2), it.updates()]).toEqual([
        "error 2d",
        "uninitialized -",
        0,
      ]);
    },
  );

  test("so is what one answers, for those with U", () => {
    const it = family();
    it.write(1, "2D");
    it.confirm();
    it.rest();
    it.receive("1/2/3", "00 00");
    it.confirm();
    expect([it.object(1), it.object(3)]).toEqual(["idle 2d", "updated 2d"]);
  });

  test("a value from the bus reaches all that may take it", () => {
    const it = loaded(
      "0002 0901 0902",
      "0005 0001 0003 0002 0003 0001 0001 0002 0002 0001 0002",
      "0003 9700 9700 9700",
    );
    it.receive("1/1/1", "00 81");
    expect([it.updates(), it.object(1), it.object(2), it.object(3)]).toEqual([
      3,
      "updated 01",
      "updated 01",
      "updated 01",
    ]);
  });

  test("a read is answered once, by the first that may be read", () => {
    const it = loaded("0001 0A03", "0003 0001 0003 0001 0002 0001 0001", "0003 5F07 5F07 5707");
    for (const [asap, value] of [
      [1, "11"],
      [2, "12"],
      [3, "13"],
    ] as const) {
      it.write(asap, value);
      it.confirm();
    }
    it.rest();
    it.receive("1/2/3", "00 00", "normal");
    it.confirm();
    expect(it.telegrams()).toEqual(["0a03 normal 00 40 13"]);
  });
});

describe("read on init", () => {
  /** Objects 1, 3 and 4 have C, T and I, but 4 is not linked; 2 has no I. */
  const starting = () =>
    loaded("0003 0A03 0A05 0A07", "0003 0001 0001 0002 0002 0003 0003", "0004 F700 D700 F600 F700");

  test("one after the other, none before the last one is out", () => {
    const it = starting();
    it.advance(199);
    expect(it.telegrams()).toEqual([]);
    it.advance(1);
    expect(it.telegrams()).toEqual(["0a03 low 00 00"]);
    expect(it.object(1)).toBe("readRequested -");
    it.advance(5_000);
    expect(it.telegrams()).toEqual([]);
    it.confirm();
    it.advance(200);
    expect(it.telegrams()).toEqual(["0a07 urgent 00 00"]);
    it.confirm();
    it.advance(60_000);
    expect(it.telegrams()).toEqual([]);
    it.receive("1/2/3", "00 41");
    expect(it.object(1)).toBe("updated 01");
  });

  test("while the bus is away the same object asks again, then the others", () => {
    const it = starting();
    it.advance(200);
    it.confirm("offline");
    expect(it.object(1)).toBe("error -");
    it.advance(999);
    expect(it.telegrams()).toEqual(["0a03 low 00 00"]);
    it.advance(1);
    it.confirm();
    it.advance(200);
    expect(it.telegrams()).toEqual(["0a03 low 00 00", "0a07 urgent 00 00"]);
  });

  test("objects side by side", () => {
    const it = loaded("0001 0A03", "0002 0001 0001 0001 0002", "0002 F700 F700");
    it.advance(200);
    it.confirm();
    it.advance(200);
    expect([it.telegrams().length, it.object(1), it.object(2)]).toEqual([
      2,
      "readRequested -",
      "readRequested -",
    ]);
  });

  test("not answered is not asked again", () => {
    const it = starting();
    it.advance(200);
    it.confirm("no_ack");
    it.advance(200);
    it.confirm("no_ack");
    it.advance(60_000);
    expect(it.telegrams()).toEqual(["0a03 low 00 00", "0a07 urgent 00 00"]);
  });

  test("stops when the application does, begins anew when it runs again", () => {
    const it = starting();
    it.load(
      { addresses: "0001 0A03", associations: "0001 0001 0001", objects: "0001 F700" },
      false,
    );
    it.advance(60_000);
    expect(it.telegrams()).toEqual([]);
    it.load({ addresses: "0001 0A03", associations: "0001 0001 0001", objects: "0001 F700" });
    it.advance(200);
    expect(it.telegrams()).toEqual(["0a03 low 00 00"]);
  });
});
