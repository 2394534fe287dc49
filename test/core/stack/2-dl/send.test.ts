import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { LData, Priority } from "../../../../src/core/impulse.ts";
import { uploadOctet } from "../../../../src/core/stack/2-dl/tpuart.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { type DataLink, dataLink } from "./data-link.ts";

const group = (address: number): LData["destination"] => ({
  to: "group",
  address: GroupAddress(address),
});
const frame = (tpdu: string, priority: Priority = "low", address = 0x0a03): LData => ({
  destination: group(address),
  priority,
  hops: 6,
  tpdu: hex(tpdu),
});
const WRITE_1 = frame("00 81");
const ECHO = "BC 11 05 0A 03 E1 00 81 3E";
const ECHO_REPEATED = "9C 11 05 0A 03 E1 00 81 1E";
const UPLOAD = "80 bc 81 11 82 05 83 0a 84 03 85 e1 86 00 87 81 48 3e";

/** Everything written while the clock runs, as one text. */
const uploaded = (link: DataLink, ms = 50): string => {
  link.clock.advance(ms);
  return link.written().join(" ");
};

describe("upload", () => {
  test("vector 1: a GroupValueWrite, in slices of two octets", () => {
    const link = dataLink();
    link.send(WRITE_1);
    expect(link.written()).toEqual(["80 bc 81 11"]);
    expect(`80 bc 81 11 ${uploaded(link)}`).toBe(UPLOAD);
  });

  test("no slice is written while the header of a foreign frame comes in", () => {
    const link = dataLink();
    link.receive("BC 11 14");
    link.send(WRITE_1);
    link.receive("0A 03");
    expect(link.written()).toEqual([]);
    link.receive("E1");
    expect(link.written()[0]).toBe("11");
    link.receive("00 80 2E");
    expect(uploaded(link)).toContain("48 3e");
  });

  test("vector 12: 70 octets on an NCN chip", () => {
    const link = dataLink({ chip: "ncn5120" });
    const data = Array.from({ length: 0x3c }, (_, index) => index.toString(16).padStart(2, "0"));
    link.send(frame(`00 80 ${data.join(" ")}`, "low", 0x0a06));
    const text = uploaded(link, 500);
    expect(text).toMatch(/^80 3c 81 e0 82 11 83 05 /);
    expect(text).toMatch(/ bd 34 be 35 bf 36 09 80 37 81 38 82 39 83 3a 84 3b 45 86$/);
  });

  test("vector 12: 70 octets on an E981", () => {
    const link = dataLink({ chip: "e981" });
    const data = Array.from({ length: 0x3c }, (_, index) => index.toString(16).padStart(2, "0"));
    link.send(frame(`00 80 ${data.join(" ")}`, "low", 0x0a06));
    const text = uploaded(link, 500);
    expect(text).toMatch(/^80 3c c0 01 e0 /);
    expect(text).toMatch(/ c0 40 37 c0 41 38 c0 42 39 c0 43 3a c0 44 3b d0 45 86$/);
  });

  test("vector 12: a TP-UART 2 takes no more than 64 octets", () => {
    const link = dataLink();
    link.send(frame(`00 80 ${"55 ".repeat(55)}`));
    expect(link.drops()).toEqual(["dl.too-long"]);
    expect(link.up()).toEqual(["con 1 too_long, repeats 0"]);
    link.send(frame(`00 80 ${"55 ".repeat(54)}`), 2);
    expect(uploaded(link, 500)).toMatch(/^80 3c .* 7f [0-9a-f]{2}$/);
  });

  test("index and check octet of every length an NCN chip takes", () => {
    for (let length = 9; length <= 263; length++) {
      const octets = Array.from({ length }, () => 0x55);
      const services = octets.map((_, index) => uploadOctet("ncn5120", octets, index));
      const bases = services.filter((service) => service.length === 3).map(([base]) => base);
      expect(bases).toEqual([0x09, 0x0a, 0x0b, 0x0c].slice(0, Math.floor((length - 1) / 64)));
      expect(services.at(-1)?.slice(-2)[0]).toBe(0x40 | ((length - 1) & 0x3f));
    }
  });
});

describe("confirmation", () => {
  test("vector 2: echo, then positive", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive(`${ECHO} 8B`);
    expect(link.up()).toEqual(["con 7 ok, repeats 0"]);
    expect(link.written()).toEqual([]);
    expect(link.drops()).toEqual([]);
  });

  test("vector 3: three repetitions, then negative: four echoes swallowed", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive(ECHO);
    for (const repeated of [ECHO_REPEATED, ECHO_REPEATED, ECHO_REPEATED]) {
      link.clock.advance(8);
      link.receive(repeated);
    }
    link.clock.advance(5);
    link.receive("0B");
    expect(link.up()).toEqual(["con 7 no_ack, repeats 3"]);
    expect(link.written()).toEqual([]);
  });

  test("vector 14: a foreign frame before the own echo", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive("BC 11 14 0A 03 E1 00 80 2E");
    expect(link.written()).toEqual(["11"]);
    link.clock.advance(8);
    link.receive(`${ECHO} 8B`);
    expect(link.up()).toEqual(["ind low 1114 > group 0a03, hops 6: 00 80", "con 7 ok, repeats 0"]);
  });

  test("vector 13: a refused upload is tried once more, then fails at once", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive("47");
    expect(uploaded(link)).toBe(UPLOAD);
    link.receive("47");
    expect(link.up()).toEqual(["con 7 rejected, repeats 0"]);
    expect(uploaded(link)).toBe("");
  });

  test("one octet lost on its way shifts the rest, and the chip complains three times: that is one refusal", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    link.clock.advance(5);
    link.receive("17");
    link.forget();
    link.clock.advance(3);
    link.receive("47");
    link.clock.advance(15);
    link.receive("17");
    expect(link.written()).toEqual([]);
    expect(uploaded(link)).toBe(UPLOAD);
    link.receive(`${ECHO} 8B`);
    expect(link.up()).toEqual(["con 7 ok, repeats 0"]);
  });

  test("the chip complained of something else: the frame is on the line, and not handed over again", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive("17");
    link.clock.advance(10);
    link.receive(ECHO);
    expect(uploaded(link, 100)).toBe("");
    link.receive("8B");
    expect(link.up()).toEqual(["con 7 ok, repeats 0"]);
    expect(link.drops()).toEqual([]);
  });

  test("its echo comes when it is being handed over again: that is left, and it is confirmed", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive("17");
    link.clock.advance(27);
    link.receive(ECHO);
    link.receive("8B");
    link.receive("17");
    link.clock.advance(50);
    expect(link.up()).toEqual(["con 7 ok, repeats 0"]);
    expect(link.drops()).toEqual([]);
  });

  test("what the chip complains of a rejected upload is not charged to the next frame", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    link.send(frame("00 80"), 8);
    uploaded(link);
    link.receive("17");
    link.clock.advance(30);
    link.receive("17");
    link.clock.advance(3);
    link.receive("47");
    link.clock.advance(15);
    link.receive("17");
    uploaded(link, 60);
    link.receive("47");
    uploaded(link, 60);
    link.receive("8B");
    expect(link.up()).toEqual(["con 7 rejected, repeats 0", "con 8 ok, repeats 0"]);
  });

  test("while the chip sends it, it is not told how often to repeat", () => {
    const link = dataLink({ chip: "ncn5120" });
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive("17");
    link.clock.advance(8);
    link.receive(ECHO);
    link.deliver({ for: "dl", type: "configure.req", repetitions: { nak: 1, busy: 2 } });
    expect(uploaded(link)).toBe("");
    link.receive("8B");
    expect(uploaded(link)).toBe("f2 21 00 00");
  });

  test.each([
    ["the whole of it", ECHO],
    ["all but its last octet", ECHO.slice(0, -3)],
  ])("a reset while it is on the line, %s seen: lost rather than sent twice", (_, seen) => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.deliver({ for: "dl", type: "reset.req", at: link.clock.now() });
    link.receive(seen);
    link.clock.advance(60);
    link.receive("03");
    link.clock.advance(10);
    link.receive("07");
    expect(uploaded(link, 100)).toBe("01 02");
    expect(link.up()).toEqual(["con 7 lost, repeats 0"]);
  });

  test("its echo was damaged, and the chip complains: it may have arrived, so it is not handed over again", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive("BC 11 05 0A 03 E0 00 81 3E");
    link.clock.advance(60);
    link.receive("17");
    expect(uploaded(link, 1_100)).toBe("");
    expect(link.up()).toEqual(["con 7 lost, repeats 0"]);
  });

  test("the next frame goes after the confirmation, by priority, then in order", () => {
    const link = dataLink();
    link.send(frame("00 81"), 1);
    link.send(frame("00 82"), 2);
    link.send(frame("00 83", "urgent"), 3);
    link.send(frame("00 84", "system"), 4);
    link.send(frame("00 85", "urgent"), 5);
    const order: string[] = [];
    for (let round = 0; round < 5; round++) {
      const text = uploaded(link);
      order.push(text.split(" ").at(-3) ?? "");
      link.receive("8B");
    }
    expect(order).toEqual(["81", "84", "83", "85", "82"]);
  });

  test("the queue is bounded", () => {
    const link = dataLink();
    for (let ref = 0; ref < 70; ref++) link.send(frame("00 81"), ref);
    expect(link.up().filter((line) => line.includes("queue_full"))).toHaveLength(5);
  });
});

describe("watchdog by progress", () => {
  test("never seen on the line: reset, configure, hand over once more; then give up", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.clock.advance(3_000);
    expect(link.written()).toContain("01");
    link.receive("03");
    link.clock.advance(10);
    link.receive("07");
    expect(uploaded(link)).toBe(`02 ${UPLOAD}`);
    link.clock.advance(3_000);
    expect(link.up()).toContain("con 7 rejected, repeats 0");
  });

  test("seen on the line, confirmation lost: lost, and not sent twice", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive(ECHO);
    link.clock.advance(3_000);
    link.receive("03");
    link.clock.advance(10);
    link.receive("07");
    expect(uploaded(link)).not.toContain("80 bc");
    expect(link.up()).toContain("con 7 lost, repeats 0");
  });

  test("every echo is progress", () => {
    const link = dataLink();
    link.send(WRITE_1, 7);
    uploaded(link);
    link.receive(ECHO);
    link.clock.advance(2_900);
    link.receive(ECHO_REPEATED);
    link.clock.advance(2_900);
    expect(link.written()).not.toContain("01");
    link.receive("8B");
    expect(link.up()).toContain("con 7 ok, repeats 1");
  });

  test("a chip that refuses one frame after the other is reset", () => {
    const link = dataLink({ chip: "ncn5120" });
    for (const ref of [1, 2]) {
      link.send(WRITE_1, ref);
      uploaded(link);
      link.receive("17");
      uploaded(link);
      link.receive("17");
    }
    expect(link.up()).toEqual(["con 1 rejected, repeats 0", "con 2 rejected, repeats 0"]);
    expect(link.written()).toContain("01");
  });

  test("after resets for other frames, a complaint does not reset a chip whose frame is on the line", () => {
    const link = dataLink();
    for (const ref of [1, 2]) {
      link.send(WRITE_1, ref);
      for (let upload = 0; upload < 2; upload++) {
        uploaded(link);
        link.clock.advance(3_000);
        link.receive("03");
        link.clock.advance(10);
        link.receive("07");
        uploaded(link, 10);
      }
    }
    link.send(WRITE_1, 3);
    uploaded(link);
    link.receive(ECHO);
    link.receive("17");
    expect(uploaded(link)).toBe("");
  });

  test("one confirmation lost among unreadable octets: no reset; a second one: reset", () => {
    const link = dataLink();
    for (const ref of [1, 2]) {
      link.send(WRITE_1, ref);
      uploaded(link);
      link.receive("BC 11 05 0A 03 E1 00 81");
      link.clock.advance(1_100);
      expect(link.up()).toEqual([`con ${ref} lost, repeats 0`]);
      expect(link.written().includes("01")).toBe(ref === 2);
    }
  });

  test("a reset goes out alone, the next frame waits until the chip is back", () => {
    const link = dataLink();
    link.send(WRITE_1, 1);
    link.send(WRITE_1, 2);
    uploaded(link);
    link.receive(ECHO);
    link.forget();
    link.clock.advance(3_000);
    expect(link.written()).toEqual(["01"]);
    link.receive("03");
    link.clock.advance(10);
    link.receive("07");
    expect(uploaded(link)).toBe(`02 ${UPLOAD}`);
  });

  test("somebody else's frame that looks like ours is no echo while ours is still on its way to the chip", () => {
    const link = dataLink();
    link.send(WRITE_1, 1);
    link.atOnce(ECHO);
    expect(link.drops()).toEqual(["dl.own-address"]);
    expect(uploaded(link)).toBe(UPLOAD);
  });

  test("over-temperature: nothing is begun for a second", () => {
    const link = dataLink();
    link.receive("0F");
    link.send(WRITE_1);
    link.clock.advance(900);
    expect(link.written()).toEqual([]);
    expect(uploaded(link, 200)).toBe(UPLOAD);
  });
});

prop.prop([
  fc.array(
    fc.constantFrom(
      ...["send", "8B", "0B", "03", "07", "47", "27", ECHO, "wait", "long", "listen", "work"],
    ),
    { maxLength: 60 },
  ),
])("whatever the chip says, every request ends exactly once", (script) => {
  const link = dataLink();
  let sent = 0;
  const ended = new Map<string, number>();
  const look = (): void => {
    for (const line of link.up()) {
      const ref = /^con (\d+) /.exec(line)?.[1];
      if (ref !== undefined) ended.set(ref, (ended.get(ref) ?? 0) + 1);
    }
  };
  for (const step of script) {
    if (step === "send") link.send(WRITE_1, ++sent);
    else if (step === "wait") link.clock.advance(30);
    else if (step === "long") link.clock.advance(3_500);
    else if (step === "listen" || step === "work") link.busmonitor(step === "listen");
    else link.receive(step);
    look();
  }
  link.closePort();
  look();
  expect(ended.size).toBe(sent);
  expect([...ended.values()].every((times) => times === 1)).toBe(true);
});
