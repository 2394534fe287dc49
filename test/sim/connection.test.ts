import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { dialogue } from "./dialogue.ts";

/** 1.1.250 connects to 1.1.5. */
const CONNECT = "b0 11 fa 11 05 60 80";

describe("layers.md E.4, frames of 1.1.250 and 1.1.5", () => {
  test("S01–S07: connect, data both ways, a repeated number, a wrong one", () => {
    const { play, management } = dialogue();
    play(`
      < b0 11 fa 11 05 60 80                                # S01 T_Connect
      < b0 11 fa 11 05 61 43 00                             # S02 A_DeviceDescriptor_Read, number 0
      > b0 11 05 11 fa 60 c2                                #     T_ACK 0
      > b0 11 05 11 fa 63 43 40 07 b0                       #     A_DeviceDescriptor_Response, number 0
      < b0 11 fa 11 05 60 c2                                # S03 T_ACK 0
      < b0 11 fa 11 05 61 43 00                             # S04 number 0 again: not delivered again
      > b0 11 05 11 fa 60 c2
      < b0 11 fa 11 05 61 57 00                             # S05 number 5 instead of 1
      > b0 11 05 11 fa 60 d7
      < b0 11 fa 11 05 66 47 d1 00 ff ff ff ff              # S06 A_Authorize_Request, number 1
      > b0 11 05 11 fa 60 c6
      > b0 11 05 11 fa 62 47 d2 00
      < b0 11 fa 11 05 60 c6
      < b0 11 fa 11 05 63 4a 01 40 00                       # S07 A_Memory_Read, number 2
      > b0 11 05 11 fa 60 ca
      > b0 11 05 11 fa 64 4a 41 40 00 00
      < b0 11 fa 11 05 60 ca
    `);
    expect(management.partner).toBe("1.1.250");
  });

  test("S08: an acknowledge with another number ends it", () => {
    const { play, management } = dialogue();
    play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 61 43 00
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 63 43 40 07 b0
      < b0 11 fa 11 05 60 de
      > b0 11 05 11 fa 60 81
    `);
    expect(management.partner).toBeUndefined();
  });

  test("S09: without a connection nothing is said", () => {
    dialogue().play(`
      < b0 11 fa 11 05 61 43 00
      < b0 11 fa 11 05 60 c2
      < b0 11 fa 11 05 60 c3
      < b0 11 fa 11 05 60 81
    `);
  });

  test("S10: T_Disconnect after 6 s of silence, and the clock starts anew with each word", () => {
    const { say, clock, heard, frames } = dialogue();
    say(CONNECT, 5000);
    say("b0 11 fa 11 05 61 57 00", 5900); // number 5: T_NAK, and alive
    heard();
    clock.advance(200);
    expect(heard()).toEqual(["> b0 11 05 11 fa 60 81 51"]);
    say(CONNECT, 0);
    clock.advance(7000);
    const [connect, disconnect] = frames();
    expect((disconnect?.at ?? 0) - (connect?.end ?? 0)).toBeGreaterThan(6000);
    expect((disconnect?.at ?? 0) - (connect?.end ?? 0)).toBeLessThan(6020);
  });

  test("S11: a second partner is sent away, the first one stays", () => {
    const { play, management } = dialogue();
    play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fb 11 05 60 80
      > b0 11 05 11 fb 60 81
      < b0 11 fb 11 05 61 43 00                             # its data, acknowledges and good-bye change nothing
      < b0 11 fb 11 05 60 c2
      < b0 11 fb 11 05 60 81
      < b0 11 fa 11 05 61 43 00
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 63 43 40 07 b0
      < b0 11 fa 11 05 60 c2
      < b0 11 fa 11 05 60 81
      < b0 11 fb 11 05 60 80
    `);
    expect(management.partner).toBe("1.1.251");
  });

  test("S12: own data at 0, 3, 6 and 9 s, T_Disconnect at 12 s", () => {
    const { say, clock, frames, heard } = dialogue();
    say(CONNECT);
    say("b0 11 fa 11 05 61 43 00");
    clock.advance(15_000);
    const own = frames().filter(({ octets }) => octets[1] === 0x11 && octets[2] === 0x05);
    const [, first] = own;
    expect(own.slice(1).map(({ at }) => Math.round((at - (first?.at ?? 0)) / 100) / 10)).toEqual([
      0, 3, 6, 9, 12,
    ]);
    expect(heard().slice(3)).toEqual([
      ...new Array(4).fill("> b0 11 05 11 fa 63 43 40 07 b0 67"),
      "> b0 11 05 11 fa 60 81 51",
    ]);
  });
});

describe("style 3 beyond the dialogues", () => {
  test("T_Connect of the partner again is ignored, numbers go on", () => {
    dialogue().play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 61 43 00
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 63 43 40 07 b0
      < b0 11 fa 11 05 60 c2
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 61 47 00
      > b0 11 05 11 fa 60 c6
      > b0 11 05 11 fa 63 47 40 07 b0
    `);
  });

  test("T_NAK: the same again, three times, then the end; with another number nothing", () => {
    dialogue().play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 61 43 00
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 63 43 40 07 b0
      < b0 11 fa 11 05 60 c7                                # T_NAK 1
      < b0 11 fa 11 05 60 c3                                # T_NAK 0
      > b0 11 05 11 fa 63 43 40 07 b0
      < b0 11 fa 11 05 60 c3
      > b0 11 05 11 fa 63 43 40 07 b0
      < b0 11 fa 11 05 60 c3
      > b0 11 05 11 fa 63 43 40 07 b0
      < b0 11 fa 11 05 60 c3
      > b0 11 05 11 fa 60 81
    `);
  });

  test("idle: a stray T_ACK is ignored, T_NAK of the next number ends it", () => {
    dialogue().play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 60 c2
      < b0 11 fa 11 05 60 de
      < b0 11 fa 11 05 60 c7
      < b0 11 fa 11 05 60 c3
      > b0 11 05 11 fa 60 81
    `);
  });

  test("answers wait until the one before is acknowledged", () => {
    dialogue().play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 61 43 00
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 63 43 40 07 b0
      < bc 11 fa 11 05 65 47 d5 00 0c 10 01                 # before it has acknowledged
      > b0 11 05 11 fa 60 c6
      < b0 11 fa 11 05 61 4b 02
      > b0 11 05 11 fa 60 ca
      < b0 11 fa 11 05 60 c2
      > bc 11 05 11 fa 67 47 d6 00 0c 10 01 00 83
      < b0 11 fa 11 05 60 c6
      > b0 11 05 11 fa 61 4b 7f
      < b0 11 fa 11 05 60 ca
    `);
  });

  test("numbers wrap after 15", () => {
    const { say, play, heard } = dialogue();
    say(CONNECT);
    for (let number = 0; number < 15; number++) {
      say(`b0 11 fa 11 05 61 ${toHex([0x43 | (number << 2)])} 00`);
      say(`b0 11 fa 11 05 60 ${toHex([0xc2 | (number << 2)])}`);
    }
    expect(heard().at(-2)).toContain("63 7b 40 07 b0");
    play(`
      < b0 11 fa 11 05 61 7f 00
      > b0 11 05 11 fa 60 fe
      > b0 11 05 11 fa 63 7f 40 07 b0
      < b0 11 fa 11 05 60 fe
      < b0 11 fa 11 05 61 43 00
      > b0 11 05 11 fa 60 c2
      > b0 11 05 11 fa 63 43 40 07 b0
    `);
  });

  test("an unknown service is acknowledged and nothing more; an invalid TPDU is not heard", () => {
    dialogue().play(`
      < b0 11 fa 11 05 60 80
      < b0 11 fa 11 05 61 42 c5
      > b0 11 05 11 fa 60 c2
      < b0 11 fa 11 05 61 08 00
      < b0 11 fa 11 05 60 82
      < b0 11 fa 11 05 60 84
      < b0 11 fa 11 05 60 bf
      < b0 11 fa 11 05 61 80 00
      < b0 11 fa 11 05 60 40
    `);
  });
});

test("without power the connection is over, and nothing of it comes back", () => {
  const { say, play, line, clock, management, heard } = dialogue();
  say(CONNECT);
  say("b0 11 fa 11 05 61 43 00", 30);
  management.press();
  line.power(false);
  heard();
  expect([management.partner, management.programmingMode]).toEqual([undefined, false]);
  clock.advance(1000);
  line.power(true);
  clock.advance(20_000);
  expect(heard()).toEqual([]);
  play(`
    < b0 11 fa 11 05 61 47 00
    < b0 11 fa 11 05 60 80
    < b0 11 fa 11 05 61 43 00
    > b0 11 05 11 fa 60 c2
    > b0 11 05 11 fa 63 43 40 07 b0
  `);
});
