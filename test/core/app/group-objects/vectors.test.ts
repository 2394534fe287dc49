import { describe, expect, test } from "vitest";
import { inGroupSet } from "../../../../src/core/group-set.ts";
import { EXAMPLE, ga, server, single } from "./rig.ts";

const loaded = (tables = EXAMPLE) => {
  const it = server();
  it.load(tables);
  it.rest();
  return it;
};

describe("device-model.md §11, vectors 28 to 34", () => {
  test("28, 29: object 1 sends on its first association, 1/1/2", () => {
    const it = loaded();
    it.write(1, "01");
    expect(it.telegrams()).toEqual(["0902 low 00 81"]);
  });

  test.each(["1/1/1", "1/1/2"])("29: object 1 hears %s", (address) => {
    const it = loaded();
    it.receive(address, "00 81");
    expect(it.object(1)).toBe("updated 01");
    expect(it.object(2)).toBe("uninitialized -");
  });

  test("30: a write sets object 1, a read is not answered, a response sets it", () => {
    const it = loaded();
    it.receive("1/1/2", "00 81");
    expect(it.object(1)).toBe("updated 01");
    it.receive("1/1/2", "00 00");
    expect(it.telegrams()).toEqual([]);
    it.receive("1/1/2", "00 40");
    expect(it.object(1)).toBe("updated 00");
    expect(it.updates()).toBe(2);
  });

  test("31: object 2 takes no writes; one step up goes out on 1/2/3", () => {
    const it = loaded();
    it.receive("1/2/3", "00 89");
    expect(it.object(2)).toBe("uninitialized -");
    it.write(2, "09");
    expect(it.telegrams()).toEqual(["0a03 low 00 89"]);
  });

  test("32: D300h has no C, so it hears nothing and cannot send", () => {
    const it = loaded(single("D300"));
    it.receive("1/2/3", "00 81");
    expect(it.object(1)).toBe("uninitialized -");
    it.write(1, "01");
    expect(it.telegrams()).toEqual([]);
    expect(it.object(1)).toBe("error 01");
    expect(it.drops()).toEqual(["objects.flags"]);
  });

  test("33: CF00h with the value 1 answers a read", () => {
    const it = loaded(single("CF00"));
    it.write(1, "01");
    it.confirm();
    it.telegrams();
    it.receive("1/2/3", "00 00");
    expect(it.telegrams()).toEqual(["0a03 low 00 41"]);
  });

  test("34: 5708h sends 21.5 °C of DPT 9.001 in two octets", () => {
    const it = loaded(single("5708"));
    it.write(1, "0C 33");
    expect(it.telegrams()).toEqual(["0a03 low 00 80 0c 33"]);
  });

  test("the example of §4: a gap between objects is no object that can do anything", () => {
    const it = loaded({
      addresses: "0002 0902 0A03",
      associations: "0002 0001 0001 0002 0004",
      objects: "0004 D700 0000 D300 4703",
    });
    it.receive("1/1/2", "00 81");
    expect(it.object(1)).toBe("updated 01");
    it.write(4, "09");
    expect(it.telegrams()).toEqual(["0a03 low 00 89"]);
    it.write(2, "01");
    expect(it.drops()).toEqual(["objects.flags"]);
  });
});

describe("the address an answer goes to", () => {
  const TWO = {
    addresses: "0002 0901 0902",
    associations: "0002 0002 0001 0001 0001",
    objects: "0001 CF08",
  };

  test("is the sending one, not the one that was asked; its priority is that of the question", () => {
    const it = loaded(TWO);
    it.write(1, "1F 73");
    it.confirm();
    it.telegrams();
    it.receive("1/1/1", "00 00", "urgent");
    expect(it.telegrams()).toEqual(["0902 urgent 00 40 1f 73"]);
  });
});

describe("what the data link layer acknowledges", () => {
  const groupsOf = (it: ReturnType<typeof server>) => {
    const [one] = it.rest().flatMap((out) => (out.for === "dl" ? [out] : []));
    if (one?.type !== "configure.req" || one.groups === undefined) throw new TypeError("no groups");
    expect(one.address).toBeUndefined();
    const { groups } = one;
    return ["1/1/1", "1/1/2", "1/2/3", "4/5/6"].filter((text) => inGroupSet(groups, ga(text)));
  };
  const yaml = new Array<number>(2048).fill(0).with(0x2506 >> 5, 1 << (0x2506 & 0x1f));

  // biome-ignore format: read by column
  test.each([
    { from: "ets",  is: "all, running",      running: true,  tables: EXAMPLE,                           groups: ["1/1/1", "1/1/2", "1/2/3"] },
    { from: "ets",  is: "all, halted",       running: false, tables: EXAMPLE,                           groups: ["1/1/1", "1/1/2", "1/2/3"] },
    { from: "ets",  is: "addresses only",    running: true,  tables: { ...EXAMPLE, objects: null },     groups: ["1/1/1", "1/1/2", "1/2/3"] },
    { from: "ets",  is: "no addresses",      running: true,  tables: { ...EXAMPLE, addresses: null },   groups: [] },
    { from: "ets",  is: "damaged addresses", running: true,  tables: { ...EXAMPLE, addresses: "0003 0901 0A03 0902" }, groups: [] },
    { from: "both", is: "all, running",      running: true,  tables: EXAMPLE,                           groups: ["1/1/1", "1/1/2", "1/2/3", "4/5/6"] },
    { from: "both", is: "no addresses",      running: true,  tables: { ...EXAMPLE, addresses: null },   groups: ["4/5/6"] },
  ] as const)("$from, $is", ({ from, running, tables, groups }) => {
    const it = server({ objectsFrom: from, groups: yaml });
    it.load(tables, running);
    expect(groupsOf(it)).toEqual(groups);
  });

  test("yaml: what ETS loads changes nothing, and no object of it works", () => {
    const it = server({ objectsFrom: "yaml", groups: yaml });
    it.load(EXAMPLE);
    expect(it.rest()).toEqual([]);
    it.receive("1/1/2", "00 81");
    expect(it.object(1)).toBe("uninitialized -");
  });
});
