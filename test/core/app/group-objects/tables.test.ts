import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import { type Image, imageOf } from "../../../../src/core/app/device/model/image.ts";
import { Asap, Tsap } from "../../../../src/core/app/group-objects/access-point.ts";
import {
  decodeAddresses,
  decodeTables,
  linkedTo,
  sendingAddress,
  type Tables,
  tsapOf,
  wordOf,
} from "../../../../src/core/app/group-objects/tables.ts";
import { inGroupSet } from "../../../../src/core/group-set.ts";
import { hex } from "../../../../src/testing/watch.ts";

const image = (text: string): Image => imageOf(hex(text));

const tablesOf = (addresses: Image, associations: Image, objects: Image): Tables => {
  const gat = decodeAddresses(addresses);
  if (!gat.ok) throw new TypeError(gat.reason);
  const all = decodeTables(gat.value, associations, objects);
  if (!all.ok) throw new TypeError(all.reason);
  return all.value;
};

describe("group address table", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "0 addresses",                      octets: "0000",                found: true },
    { is: "never allocated",                  octets: "",                    found: true },
    { is: "the whole range",                  octets: "0002 0001 FFFF",      found: true },
    { is: "room for more behind it",          octets: "0001 0902 0000 0000", found: true },
    { is: "half a count",                     octets: "00",                  found: "objects.table-length" },
    { is: "shorter than its count",           octets: "0002 0902 0A",        found: "objects.table-length" },
    { is: "count of FFFF, nothing behind it", octets: "FFFF",                found: "objects.table-length" },
    { is: "descending",                       octets: "0002 0A03 0902",      found: "objects.table-order" },
    { is: "twice the same",                   octets: "0002 0902 0902",      found: "objects.table-order" },
    { is: "the broadcast address",            octets: "0001 0000",           found: "objects.table-order" },
  ])("$is", ({ octets, found }) => {
    const decoded = decodeAddresses(image(octets));
    expect(decoded.ok || decoded.reason).toBe(found);
  });

  test("places count from 1", () => {
    const gat = decodeAddresses(image("0004 0001 001F 0020 FFFF"));
    const places = [1, 0x1f, 0x20, 0xffff, 2, 0x1e, 0x21, 0].map((address) =>
      gat.ok ? tsapOf(gat.value, GroupAddress(address)) : "damaged",
    );
    expect(places).toEqual([1, 2, 3, 4, undefined, undefined, undefined, undefined]);
  });
});

describe("associations and objects", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "associations cut short",   associations: "0002 0001 0001 0001", objects: "0001 D700" },
    { is: "objects cut short",        associations: "0000",                objects: "0002 D700" },
    { is: "half a count",             associations: "00",                  objects: "0001 D700" },
  ])("$is: no tables", ({ associations, objects }) => {
    const gat = decodeAddresses(image("0001 0902"));
    const decoded = gat.ok && decodeTables(gat.value, image(associations), image(objects));
    expect(decoded).toEqual({ ok: false, reason: "objects.table-length" });
  });

  test("a pair that points nowhere links nothing, the others stay", () => {
    const tables = tablesOf(
      image("0002 0902 0A03"),
      image("0006 0000 0001 0003 0001 0001 0000 0001 0003 0002 0001 0001 0001"),
      image("0002 D700 4703"),
    );
    expect(linkedTo(tables, GroupAddress(0x0902))).toEqual([1]);
    expect(linkedTo(tables, GroupAddress(0x0a03))).toEqual([1]);
    expect(sendingAddress(tables, Asap(1))).toBe(0x0a03);
    expect(sendingAddress(tables, Asap(2))).toBeUndefined();
  });

  test("the order of the association table is kept", () => {
    const tables = tablesOf(
      image("0001 0902"),
      image("0003 0001 0003 0001 0001 0001 0002"),
      image("0003 D700 D701 D702"),
    );
    expect(linkedTo(tables, GroupAddress(0x0902))).toEqual([3, 1, 2]);
  });
});

/** Octets of a table with a count, whatever stands in it. */
const table = (entries: readonly number[], perCount: number): Image => {
  const words = [Math.floor(entries.length / perCount), ...entries];
  return imageOf(words.flatMap((word) => [word >> 8, word & 0xff]));
};

const word16 = fc.nat({ max: 0xffff });
const near = fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 9 }) }, word16);

describe("properties", () => {
  prop.prop([
    fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 0xffff }))),
    fc.array(fc.tuple(near, near), { maxLength: 60 }),
    fc.array(word16, { maxLength: 9 }),
  ])("look-ups agree with a linear search", (unsorted, pairs, words) => {
    const gas = unsorted.toSorted((a, b) => a - b);
    const tables = tablesOf(table(gas, 1), table(pairs.flat(), 2), table(words, 1));
    const sound = pairs.filter(
      ([tsap, asap]) => tsap >= 1 && tsap <= gas.length && asap >= 1 && asap <= words.length,
    );
    for (const address of [...gas, ...gas.map((one) => (one + 1) & 0xffff)]) {
      const place = gas.indexOf(address) + 1;
      expect(tsapOf(tables.addresses, GroupAddress(address)) ?? 0).toBe(place);
      expect(inGroupSet(tables.addresses.set, address)).toBe(place > 0);
      expect(linkedTo(tables, GroupAddress(address))).toEqual(
        sound.filter(([tsap]) => tsap === place).map(([, asap]) => asap),
      );
    }
    for (const [index, word] of words.entries()) {
      const asap = Asap(index + 1);
      const first = sound.find(([, linked]) => linked === asap);
      expect(wordOf(tables, asap)).toBe(word);
      expect(sendingAddress(tables, asap)).toBe(first && gas[first[0] - 1]);
    }
  });

  const noise = fc.array(fc.nat({ max: 255 }), { maxLength: 80 });
  /** Most tables are at least long enough for their count. */
  const octets = fc.oneof(
    noise,
    noise.map((some) => [0, Math.floor(some.length / 4), ...some]),
  );
  prop.prop([octets, octets, octets])("any octets give tables or a reason", (a, b, c) => {
    const gat = decodeAddresses(imageOf(a));
    if (!gat.ok) return;
    const decoded = decodeTables(gat.value, imageOf(b), imageOf(c));
    if (!decoded.ok) return;
    for (let address = 0; address < 300; address++) linkedTo(decoded.value, GroupAddress(address));
    expect(JSON.parse(JSON.stringify(decoded.value))).toEqual(decoded.value);
  });
});

describe("65,535 addresses", () => {
  const all = Array.from({ length: 0xffff }, (_, index) => index + 1);
  /** Object n listens to address n and to 1; it sends on FFFF − n + 1. */
  const pairs = all.flatMap((n) => [0x10000 - n, n]);
  const full = tablesOf(
    table(all, 1),
    table(pairs, 2),
    table(
      all.map((n) => n ^ 0x5a5a),
      1,
    ),
  );

  test("every one is found, with its object", () => {
    let wrong = 0;
    for (const n of all) {
      const address = GroupAddress(n);
      const [asap, ...others] = linkedTo(full, address);
      const right =
        tsapOf(full.addresses, address) === Tsap(n) &&
        asap === Asap(0x10000 - n) &&
        others.length === 0 &&
        sendingAddress(full, asap) === address &&
        wordOf(full, Asap(n)) === (n ^ 0x5a5a);
      if (!right) wrong++;
    }
    expect(wrong).toBe(0);
  });

  /** How often anything in the tables is read. */
  const touchesOf = (tables: Tables, look: (tables: Tables) => void): number => {
    let touches = 0;
    const watched = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (object, key) => {
          if (typeof key === "string" && /^\d+$/.test(key)) touches++;
          const value: unknown = Reflect.get(object, key);
          return typeof value === "object" && value !== null ? watched(value) : value;
        },
      });
    look(watched(tables));
    return touches;
  };

  test("a look-up reads as much in a table of 65,535 as in a table of one", () => {
    const one = tablesOf(image("0001 0A03"), image("0001 0001 0001"), image("0001 D700"));
    const look = (tables: Tables) => {
      const [asap] = linkedTo(tables, GroupAddress(0x0a03));
      if (asap !== undefined) sendingAddress(tables, asap);
    };
    const touches = touchesOf(one, look);
    expect(touches).toBeGreaterThan(0);
    expect(touchesOf(full, look)).toBe(touches);
  });
});
