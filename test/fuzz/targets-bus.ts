import { imageOf } from "../../src/core/app/device/model/image.ts";
import { decodeAddresses, decodeTables } from "../../src/core/app/group-objects/tables.ts";
import { decode, encode, knownDpts } from "../../src/core/dpt/dpt.ts";
import { explainFrame } from "../../src/core/explain.ts";
import type { Octets } from "../../src/core/octets.ts";
import { checkOctet, decodeFrame, encodeFrame } from "../../src/core/stack/2-dl/frame.ts";
import { decodeTpdu, encodeTpdu } from "../../src/core/stack/4-tl/tpci.ts";
import { decodeApdu, encodeApdu } from "../../src/core/stack/7-al/apdu.ts";
import { testStack } from "../../src/testing/stack.ts";
import { hex } from "../../src/testing/watch.ts";
import { hold, type Target } from "./target.ts";

const octets = (text: string): Uint8Array => Uint8Array.from(hex(text));
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** From `layers.md` and captures: groups, connections, memory, properties, extended frames. */
const FRAMES = [
  "bc 11 05 0a 03 e1 00 81 3e",
  "bc 11 05 0a 03 e1 00 00 bf",
  "bc 11 14 0a 03 e3 00 80 0c 2f 60",
  "b0 11 01 11 05 60 80 0b",
  "b0 11 01 11 05 60 81 0a",
  "b0 11 01 11 05 61 43 00 c9",
  "b0 11 01 11 05 60 c2 49",
  "bc 11 01 00 00 e1 01 00 b2",
  "3c 60 11 05 0a 03 12 00 80 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 38",
].map(octets);

const APDUS = [
  "00 00",
  "00 81",
  "00 80 0c 2f",
  "03 00",
  "03 80",
  "02 01 40 00",
  "02 84 40 00 01 02 03 04",
  "03 d5 00 0b 10 01",
  "03 d7 00 38 10 01 01",
  "03 d8 00 36 00 00",
  "03 e5 00 83 12 34 56 78",
  "00 c0 11 05",
  "01 00",
  "03 dc 00 83 12 34 56 78",
  "03 f1 00 ff ff ff ff",
  "01 fb 00 01 40 00 08",
].map(octets);

/** Devices put Latin-1 into ASCII texts: it is shown as meant, and never sent. */
const sent = (id: string, value: unknown): unknown =>
  id === "16.000" && typeof value === "string" ? value.replace(/[\x80-\xff]/g, "?") : value;

const MODES = ["group", "broadcast", "individual"] as const;

/** One frame, with a check octet that fits. */
const closed = (frame: readonly number[]): Octets => [...frame, checkOctet(frame)];

export const BUS_TARGETS: readonly Target[] = [
  {
    name: "frame",
    is: "octets",
    seeds: FRAMES,
    most: 300,
    run(input) {
      const frame = [...input];
      for (const one of [frame, closed(frame)]) {
        const decoded = decodeFrame(one);
        if (decoded.ok) {
          const again = encodeFrame(decoded.value);
          // A short one goes out in a standard frame, whatever it came in.
          const [control = 0] = one;
          const isOther = control < 0x80 && decoded.value.tpdu.length <= 16;
          const isSame = isOther
            ? again[0] === (control | 0x80) && same(decodeFrame(again), decoded)
            : same(again, one);
          hold("a frame is encoded as it was", isSame);
        }
        explainFrame(one);
        explainFrame(one, { dptOf: () => "9.001" });
      }
    },
  },
  {
    name: "tpdu",
    is: "octets",
    seeds: [...APDUS, octets("80"), octets("81"), octets("c2"), octets("47 00")],
    most: 260,
    run(input) {
      for (const mode of MODES) {
        const decoded = decodeTpdu([...input], mode, "low");
        if (decoded.ok)
          hold("a TPDU is encoded as it was", same(encodeTpdu(decoded.value), [...input]));
      }
    },
  },
  {
    name: "apdu",
    is: "octets",
    seeds: APDUS,
    most: 260,
    run(input) {
      const decoded = decodeApdu([...input]);
      if (!decoded.ok) return;
      const again = decodeApdu(encodeApdu(decoded.value));
      hold("an APDU means the same again", again.ok && same(again.value, decoded.value));
    },
  },
  {
    name: "dpt",
    is: "octets",
    seeds: knownDpts().map((_, index) => Uint8Array.from([index >> 8, index & 0xff, 0x0c, 0x2f])),
    most: 40,
    run([high = 0, low = 0, ...value]) {
      const dpts = knownDpts();
      const dpt = dpts[((high << 8) | low) % dpts.length];
      if (dpt === undefined) return;
      for (const short of [false, true]) {
        const decoded = decode(dpt, { octets: value, short });
        if (!decoded.ok) continue;
        hold("a value is JSON", same(JSON.parse(JSON.stringify(decoded.value)), decoded.value));
        const encoded = encode(dpt, decoded.value);
        // What is beyond the range of the subtype is shown, and not sent.
        if (!encoded.ok) continue;
        const again = decode(dpt, encoded.value);
        hold(
          `${dpt.id} means the same again`,
          again.ok && same(again.value, sent(dpt.id, decoded.value)),
        );
      }
    },
  },
  {
    name: "tables",
    is: "octets",
    seeds: [octets("00 02 0a 03 0a 04 00 02 00 01 00 01 00 02 00 02 00 02 df 00 df 07")],
    most: 200,
    run(input) {
      const third = Math.ceil(input.length / 3);
      const [addresses, associations, objects] = [0, 1, 2].map((place) =>
        imageOf([...input.slice(place * third, (place + 1) * third)]),
      );
      if (addresses === undefined || associations === undefined || objects === undefined) return;
      const decoded = decodeAddresses(addresses);
      if (decoded.ok) decodeTables(decoded.value, associations, objects);
    },
  },
  {
    // Octets of the chip with pauses: FE ends a frame with its check octet, FF is a pause. What is left when it is silent must be at rest.
    name: "stack",
    is: "octets",
    seeds: [
      ...FRAMES,
      ...APDUS.map((apdu) =>
        Uint8Array.from([0xb0, 0x11, 0x01, 0x11, 0x05, 0x60 + apdu.length - 1, ...apdu, 0xfe]),
      ),
    ].map((frame) => Uint8Array.from([...frame, 0xff])),
    most: 300,
    run(input) {
      const stack = testStack({
        objects: { "1/2/3": { dpt: "9.001" }, "1/2/4": { dpt: "1.001", provide: true } },
        programmingMode: input.length % 2 === 0,
      });
      let begin: number[] = [];
      for (const octet of input) {
        if (octet === 0xff) stack.clock.advance(7);
        const next = octet === 0xfe ? checkOctet(begin) : octet;
        begin = octet === 0xff || octet === 0xfe ? [] : [...begin, octet];
        if (octet !== 0xff) stack.receive(next.toString(16).padStart(2, "0"));
      }
      stack.clock.advance(30_000);
      const text = JSON.stringify(stack.state);
      hold("the state is JSON", same(JSON.parse(text), stack.state));
      hold("the state stays small", text.length < 200_000);
    },
  },
];
