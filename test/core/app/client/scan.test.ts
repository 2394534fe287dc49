import { describe, expect, test } from "vitest";
import { OWN, talk } from "./rig.ts";

describe("NM_IndividualAddress_Scan", () => {
  const scan = { name: "device.scan", line: 0x11, from: 5, to: 8 } as const;

  test("absent, answering, old, and silent ones", () => {
    const { result, progress } = talk(scan, [
      ["1.1.5 cl 03 00", "no_ack"],
      ["1.1.6 cl 03 00", "1.1.6 cl 03 40 07 b0"],
      ["1.1.7 cl 03 00", "1000 ms"],
      ["connect 1.1.7"],
      ["1.1.7 co 03 00", "1.1.7 co 03 40 00 12"],
      ["disconnect 1.1.7"],
      ["1.1.8 cl 03 00", "1000 ms"],
      ["connect 1.1.8", "hang up"],
      ["1.1.8 cl 03 00"],
      ["connect 1.1.8", "hang up"],
    ]);
    expect(result).toEqual({
      line: "1.1",
      devices: [
        { address: "1.1.6", mask: "07B0" },
        { address: "1.1.7", mask: "0012" },
      ],
      acknowledged: ["1.1.8"],
    });
    expect(progress).toEqual(["1/4", "2/4", "3/4", "4/4"]);
  });

  test("a bus that is away is no line without devices", () => {
    const { failure } = talk(scan, [
      ["1.1.5 cl 03 00", "no_ack"],
      ["1.1.6 cl 03 00", "offline"],
    ]);
    expect(failure).toMatchObject({ code: "offline" });
  });

  test("a telegram that nobody confirmed does not end it", () => {
    const { result } = talk({ ...scan, from: 5, to: 6 }, [
      ["1.1.5 cl 03 00", "lost", "1000 ms"],
      ["connect 1.1.5", "hang up"],
      ["1.1.5 cl 03 00", "no_ack"],
      ["1.1.6 cl 03 00", "1.1.6 cl 03 40 07 b0"],
    ]);
    expect(result).toMatchObject({ devices: [{ address: "1.1.6", mask: "07B0" }] });
  });

  test("we are no stranger", () => {
    const { result } = talk({ ...scan, from: 250, to: 250 }, []);
    expect(result).toEqual({ line: "1.1", devices: [], acknowledged: [], own: OWN });
  });

  test.each([
    { ...scan, line: 256 },
    { ...scan, from: 9 },
    { ...scan, to: 256 },
  ])("refused: $line, $from … $to", (procedure) => {
    expect(talk(procedure, []).failure).toMatchObject({ code: "refused" });
  });
});

describe("who is in programming mode", () => {
  test("A06, A07, A10, A11, 11.15: addresses, and serial numbers where there are some", () => {
    const { result } = talk({ name: "device.find" }, [
      [
        "all 01 00",
        "1.1.7 all 01 40",
        "15.15.255 all 01 40",
        "15.15.255 all 01 40",
        "1.1.7 cl 01 40",
        "3000 ms",
      ],
      [
        "all 01 c8 00 00 00 b0 01",
        "15.15.255 all 01 c9 00 00 00 b0 01 fe ed ba be ca fe",
        "15.15.255 all 01 c9 00 00 00 b0 02 11 22 33 44 55 66",
        "15.15.255 all 01 c9 00 00 00 b0 01 00 fa 00 00 00 01",
        "1.1.8 all 01 c9 00 00 00 b0 01 00 fa 00 00 00 03",
        "3000 ms",
      ],
    ]);
    expect(result).toEqual({
      devices: [
        { address: "1.1.7" },
        { address: "15.15.255", serial: "FEED:BABECAFE" },
        { address: "15.15.255", serial: "00FA:00000001" },
        { address: "1.1.8", serial: "00FA:00000003" },
      ],
    });
  });

  test("nobody", () => {
    const { result } = talk({ name: "device.find" }, [
      ["all 01 00", "no_ack", "time"],
      ["all 01 c8 00 00 00 b0 01", "time"],
    ]);
    expect(result).toEqual({ devices: [] });
  });

  test("no bus", () => {
    const { failure } = talk({ name: "device.find" }, [["all 01 00", "offline"]]);
    expect(failure).toMatchObject({ code: "offline" });
  });
});
