import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import type { AlImpulse } from "../../../../src/core/impulse.ts";
import type { Octets } from "../../../../src/core/octets.ts";
import { al } from "../../../../src/core/stack/7-al/al.ts";
import { decodeApdu, encodeApdu } from "../../../../src/core/stack/7-al/apdu.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { D2, type Row } from "./d2.ts";

const codesOf = ([code, , form]: Row): readonly number[] => {
  const [first = 0, last = first] = code.split("-").map((text) => Number.parseInt(text, 16));
  const end = form === 4 ? first + 0x3f : last;
  return Array.from({ length: end - first + 1 }, (_, index) => first + index);
};

/** The exact codes win over those of four bits. */
const expectedService = (code: number): string | undefined => {
  const exact = D2.find((row) => row[2] === 10 && codesOf(row).includes(code));
  return (exact ?? D2.find((row) => codesOf(row).includes(code)))?.[1];
};

const NO_SERVICE = "al.unknown-service";
const LONGEST = 32;

describe("D.1 which service a code is", () => {
  test("all 1024 of them", () => {
    // the longest that a number in the code asks for: 63 octets of memory
    const lengths = Array.from({ length: 66 }, (_, index) => index + 2);
    for (let code = 0; code < 1024; code++) {
      const found = new Set<string>(
        lengths.map((length) => {
          const decoded = decodeApdu([code >> 8, code & 0xff, ...new Array(length - 2).fill(0)]);
          return decoded.ok ? decoded.value.service : decoded.reason;
        }),
      );
      const readWithData = code > 0 && code < 0x40;
      const expected = readWithData ? "al.length" : (expectedService(code) ?? NO_SERVICE);
      const others = [...found].filter((name) => name !== expected && name !== "al.length");
      expect({ code, expected, found: found.has(expected), others }).toEqual({
        code,
        expected,
        found: true,
        others: [],
      });
    }
  });

  // biome-ignore format: read by column
  test.each([
    { octets: "01 C7 05 02 FD",                service: "A_ADC_Response" },
    { octets: "01 C8 00 11 0B 30 01",          service: "A_SystemNetworkParameter_Read" },
    { octets: "01 D6 00 11 00 20 33 FE",       service: "A_FunctionPropertyExtState_Response" },
    { octets: "01 D7 05 02 FD",                service: "A_ADC_Response" },
    { octets: "01 FA 05 02 FD",                service: "A_ADC_Response" },
    { octets: "01 FB 00 12 34 56",             service: "A_MemoryExtended_Write" },
    { octets: "01 FE FD 12 34 56",             service: "A_MemoryExtended_ReadResponse" },
    { octets: "01 FF 05 02 FD",                service: "A_ADC_Response" },
    { octets: "02 C9 05 33",                   service: "A_FunctionPropertyState_Response" },
    { octets: "02 CA 07",                      service: "A_UserMessage" },
    { octets: "02 F7 07",                      service: "A_UserMessage" },
    { octets: "02 F8 07",                      service: "A_ManufacturerMessage" },
    { octets: "02 FE 07",                      service: "A_ManufacturerMessage" },
  ])("where the codes overlap: $octets is $service", ({ octets, service }) => {
    expect(decodeApdu(hex(octets))).toMatchObject({ ok: true, value: { service } });
  });

  // biome-ignore format: read by column
  test.each([
    { octets: "00 C1",          why: "only 0C0 in its group" },
    { octets: "01 01",          why: "only 100" },
    { octets: "01 7F",          why: "only 140" },
    { octets: "02 C3",          why: "a gap" },
    { octets: "02 FF",          why: "after the messages of manufacturers" },
    { octets: "03 82 01 00",    why: "A_Restart, reserved bits" },
    { octets: "03 A0 01 00 03", why: "A_Restart, basic with the response bit" },
    { octets: "03 C4",          why: "between the coupler services" },
    { octets: "03 EF",          why: "before the file services" },
    { octets: "03 FF",          why: "the last one" },
    { octets: "03",             why: "half a code" },
    { octets: "",               why: "nothing" },
  ])("no service: $octets, $why", ({ octets }) => {
    expect(decodeApdu(hex(octets))).toEqual({ ok: false, reason: "al.unknown-service" });
  });
});

const fits = (lengths: string, length: number): boolean =>
  lengths
    .split(" ")
    .some((word) =>
      word.endsWith("…") ? length >= Number(word.slice(0, -1)) : length === Number(word),
    );

/** The example, cut or filled up. */
const ofLength = (example: string, length: number): Octets => {
  const octets = [...hex(example), ...new Array<number>(LONGEST).fill(0xa5)];
  return octets.slice(0, length);
};

describe("D.2 lengths, every one of them", () => {
  test.each(D2)("%s %s", (_code, service, _form, _modes, _kind, example, lengths) => {
    for (let length = 2; length <= LONGEST; length++) {
      const decoded = decodeApdu(ofLength(example, length));
      const outcome = decoded.ok ? decoded.value.service : decoded.reason;
      expect([length, outcome]).toEqual([length, fits(lengths, length) ? service : "al.length"]);
    }
  });

  // biome-ignore format: read by column
  test.each([
    { is: "a read with data bits",                  octets: "00 01" },
    { is: "A_Memory_Response: 3 told, 2 there",     octets: "02 43 12 34 AA BB" },
    { is: "A_Memory_Response: 3 told, 4 there",     octets: "02 43 12 34 AA BB CC DD" },
    { is: "A_MemoryExtended_Write: 4 told, 3",      octets: "01 FB 04 12 34 56 AA BB CC" },
    { is: "A_UserMemory_Response: 2 told, 3",       octets: "02 C1 12 23 45 AA BB CC" },
    { is: "A_MemoryBit_Write: masks of 2 and 1",    octets: "03 D0 02 12 34 AA BB 11" },
    { is: "A_Link_Response: half an address",       octets: "03 E6 05 23 00 01 00" },
    { is: "A_Link_Response: seven addresses",       octets: "03 E6 05 23 00 01 00 02 00 03 00 04 00 05 00 06 00 07" },
  ])("$is", ({ octets }) => {
    expect(decodeApdu(hex(octets))).toEqual({ ok: false, reason: "al.length" });
  });
});

const SOURCE = IndividualAddress(0x1147);
const RECEIVED = { source: SOURCE, priority: "normal", hops: 5, repeated: false, at: 31 } as const;

const ARRIVALS = {
  group: (apdu) => ({
    for: "al",
    type: "T_Data_Group.ind",
    destination: GroupAddress(0x0a03),
    apdu,
    ...RECEIVED,
  }),
  broadcast: (apdu) => ({ for: "al", type: "T_Data_Broadcast.ind", apdu, ...RECEIVED }),
  connectionless: (apdu) => ({ for: "al", type: "T_Data_Individual.ind", apdu, ...RECEIVED }),
  connected: (apdu) => ({
    for: "al",
    type: "T_Data_Connected.ind",
    peer: SOURCE,
    apdu,
    priority: "normal",
    at: 31,
  }),
} as const satisfies Record<string, (apdu: Octets) => AlImpulse>;

const WAYS = {
  group: ["G"],
  broadcast: ["B", "SB"],
  connectionless: ["CL"],
  connected: ["CO"],
} as const;

describe("D.2 modes: every service in every way it can arrive", () => {
  const cases = D2.flatMap(([, service, , modes, kind, example]) =>
    (["group", "broadcast", "connectionless", "connected"] as const).map((mode) => ({
      service,
      mode,
      allowed: WAYS[mode].some((way) => modes.split(" ").includes(way)),
      takenBy: kind === "R" || service.endsWith("InfoReport") ? "client" : "device",
      octets: hex(example),
    })),
  );

  test.each(cases)("$service, $mode: $allowed", ({ service, mode, allowed, takenBy, octets }) => {
    const [out, ...more] = al(ARRIVALS[mode](octets));
    expect(more).toEqual([]);
    if (!allowed) {
      expect(out).toEqual({ for: "drops", type: "drop", reason: "al.mode", octets });
      return;
    }
    if (mode === "group") {
      expect(out).toMatchObject(
        service === "A_SecureService"
          ? { for: "drops", reason: "al.unsupported-service" }
          : { for: "bridge", type: `${service}.ind` },
      );
      return;
    }
    expect(out).toMatchObject({
      for: takenBy,
      type: "apdu.ind",
      mode,
      source: SOURCE,
      priority: "normal",
      apdu: { service },
      at: 31,
    });
  });

  test("a service that may not travel like this has no length to be wrong", () => {
    const [out] = al(ARRIVALS.group(hex("03 D5")));
    expect(out).toMatchObject({ reason: "al.mode" });
  });
});

/** Octet and bits that are sent as 0 and not looked at. Source: layers.md D.4, D.7, D.9. */
const RESERVED: Readonly<Record<string, readonly (readonly [octet: number, bits: number])[]>> = {
  A_SystemNetworkParameter_Read: [[5, 0x0f]],
  A_SystemNetworkParameter_Response: [[5, 0x0f]],
  A_SystemNetworkParameter_Write: [[5, 0x0f]],
  A_PropertyExtDescription_Response: [[13, 0x40]],
  A_Authorize_Request: [[2, 0xff]],
  A_PropertyDescription_Response: [
    [5, 0x40],
    [6, 0xf0],
  ],
  A_IndividualAddressSerialNumber_Response: [
    [10, 0xff],
    [11, 0xff],
  ],
  A_IndividualAddressSerialNumber_Write: [
    [10, 0xff],
    [11, 0xff],
    [12, 0xff],
    [13, 0xff],
  ],
  A_ServiceInformation_Indication: [
    [2, 0xf8],
    [3, 0xff],
    [4, 0xff],
  ],
  A_Link_Read: [[3, 0xf0]],
  A_Link_Write: [[3, 0xfc]],
};

const octet = fc.nat({ max: 255 });
const anyOctets = fc.array(octet, { maxLength: 40 });
/** An example of the table with some of its octets changed, often still well-formed. */
const nearlyRight = fc
  .tuple(fc.constantFrom(...D2), fc.array(fc.tuple(fc.nat({ max: 16 }), octet), { maxLength: 8 }))
  .map(([[, , , , , example], changes]) => {
    const octets = [...hex(example)];
    for (const [index, value] of changes)
      if (index >= 2 && index < octets.length) octets[index] = value;
    return octets;
  });

describe("any octets", () => {
  prop.prop([fc.oneof(anyOctets, nearlyRight)], { numRuns: 2_000 })(
    "give a service or a reason",
    (octets) => {
      const decoded = decodeApdu(octets);
      expect(decoded.ok || ["al.length", "al.unknown-service"].includes(decoded.reason)).toBe(true);
    },
  );

  prop.prop([fc.oneof(anyOctets, nearlyRight), fc.constantFrom(...Object.values(ARRIVALS))])(
    "are taken by somebody or dropped, in every mode",
    (octets, arrive) => {
      const out = al(arrive(octets));
      expect(out).toHaveLength(1);
    },
  );

  prop.prop([fc.oneof(anyOctets, nearlyRight)], { numRuns: 2_000 })(
    "come back as they were, reserved bits 0",
    (octets) => {
      const decoded = decodeApdu(octets);
      if (!decoded.ok) return;
      const again = encodeApdu(decoded.value);
      const expected = [...octets];
      expected[0] = (expected[0] ?? 0) & 0x03;
      for (const [index, bits] of RESERVED[decoded.value.service] ?? [])
        expected[index] = (expected[index] ?? 0) & ~bits;
      expect(again).toEqual(expected);
      expect(decodeApdu(again)).toEqual(decoded);
    },
  );
});
