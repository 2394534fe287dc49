import { describe, expect, test } from "vitest";
import { KEPT_LIMIT } from "../../../../src/core/stack/4-tlsm/action.ts";
import { connections, PARTNER, STRANGER } from "./connections.ts";

/** A connection opened by the partner, nothing outstanding. */
const opened = (config: Parameters<typeof connections>[0] = {}) => {
  const device = connections(config);
  device.receive("80");
  device.seen();
  return device;
};

describe("as a server: the dialogues of `layers.md` E.4", () => {
  test("S01: T_Connect is not answered on the wire", () => {
    const device = connections();
    device.receive("80");
    expect(device.seen()).toEqual(["T_Connect.ind"]);
    expect(device.stateOf()).toBe("openIdle");
  });

  test("S02, S03: data is acknowledged first and then answered; the answer is confirmed", () => {
    const device = opened();
    device.receive("43 00");
    expect(device.seen()).toEqual(["→ c2", "T_Data_Connected.ind 03 00"]);
    const ref = device.send("03 40 57 05");
    expect(device.seen()).toEqual(["→ 43 40 57 05"]);
    device.receive("C2");
    expect(device.seen()).toEqual([`T_Data_Connected.con ${ref} ok`]);
    expect(device.stateOf()).toBe("openIdle");
  });

  test("S04: the number of before is acknowledged again and not delivered", () => {
    const device = opened();
    device.receive("43 00");
    device.seen();
    device.receive("43 00");
    expect(device.seen()).toEqual(["→ c2", "drop tlsm.repeated"]);
  });

  test.each([
    { style: "3", seen: ["→ d7", "drop tlsm.sequence"], state: "openIdle" },
    { style: "1", seen: ["→ d7", "drop tlsm.sequence"], state: "openIdle" },
    { style: "1r", seen: ["→ 81", "T_Disconnect.ind", "drop tlsm.unexpected"], state: "closed" },
  ] as const)("S05: number 5 instead of 1, style $style", ({ style, seen, state }) => {
    const device = opened({ style });
    device.receive("43 00");
    device.seen();
    device.receive("57 00");
    expect(device.seen()).toEqual(seen);
    expect(device.stateOf()).toBe(state);
  });

  test("S06, S07: numbers go on in both directions", () => {
    const device = opened();
    const exchange = (question: string, answer: string, acknowledge: string): readonly string[] => {
      device.receive(question);
      device.send(answer);
      device.receive(acknowledge);
      return device.seen().filter((line) => line.startsWith("→"));
    };
    expect(exchange("43 00", "03 40 57 05", "C2")).toEqual(["→ c2", "→ 43 40 57 05"]);
    expect(exchange("47 D1 00 FF FF FF FF", "03 D2 00", "C6")).toEqual(["→ c6", "→ 47 d2 00"]);
    expect(exchange("4A 01 10 00", "02 41 10 00 00", "CA")).toEqual(["→ ca", "→ 4a 41 10 00 00"]);
  });

  test.each(["3", "1", "1r"] as const)(
    "S08: a wrong T_ACK while waiting ends it, style %s",
    (style) => {
      const device = opened({ style });
      device.send("03 40 07 B0");
      device.seen();
      device.receive("DE");
      expect(device.seen()).toEqual(["→ 81", "T_Disconnect.ind", "drop tlsm.unexpected"]);
      expect(device.stateOf()).toBe("closed");
    },
  );

  test.each([
    { style: "3", seen: ["drop tlsm.no-connection"] },
    { style: "1", seen: ["→ 81", "drop tlsm.no-connection"] },
    { style: "1r", seen: ["→ 81", "drop tlsm.no-connection"] },
  ] as const)("S09: data without a connection, style $style", ({ style, seen }) => {
    const device = connections({ style });
    device.receive("47 00");
    expect(device.seen()).toEqual(seen);
  });

  test("S10: T_Disconnect after 6.0 s of silence, not before", () => {
    const device = opened();
    device.clock.advance(5_999);
    expect(device.seen()).toEqual([]);
    device.clock.advance(1);
    expect(device.seen()).toEqual(["→ 81", "T_Disconnect.ind"]);
    device.clock.advance(60_000);
    expect(device.seen()).toEqual([]);
  });

  test("S11: a second partner is refused, the connection stays as it is", () => {
    const device = opened();
    const before = device.machine.state.connections;
    device.receive("80", STRANGER);
    expect(device.seen()).toEqual(["→ 81 to 11 fb", "drop tlsm.refused"]);
    expect(device.machine.state.connections).toBe(before);
  });

  test("S12: own data at 0, 3, 6 and 9 s, T_Disconnect at 12 s", () => {
    const device = opened();
    device.send("03 40 07 B0");
    const said: string[] = [];
    for (let second = 0; second <= 13; second++) {
      for (const line of device.seen()) said.push(`${second} s ${line}`);
      device.clock.advance(1_000);
    }
    expect(said).toEqual([
      "0 s → 43 40 07 b0",
      "3 s → 43 40 07 b0",
      "6 s → 43 40 07 b0",
      "9 s → 43 40 07 b0",
      "12 s → 81",
      "12 s T_Disconnect.ind",
    ]);
  });

  test("a T_NAK brings the repetition at once, the fourth one the end", () => {
    const device = opened();
    device.send("03 40 07 B0");
    device.seen();
    for (let times = 0; times < 3; times++) {
      device.receive("C3");
      expect(device.seen()).toEqual(["→ 43 40 07 b0"]);
    }
    device.receive("C3");
    expect(device.seen()).toEqual(["→ 81", "T_Disconnect.ind", "drop tlsm.unexpected"]);
  });

  test("numbers wrap after 15, in both directions", () => {
    const device = opened();
    for (let turn = 0; turn < 40; turn++) {
      const number = turn % 16;
      device.receive(((0x43 | (number << 2)) & 0xff).toString(16).padStart(2, "0").concat(" 00"));
      device.send("03 40 07 B0");
      device.receive((0xc2 | (number << 2)).toString(16));
      expect(device.seen()[0]).toBe(`→ ${(0xc2 | (number << 2)).toString(16)}`);
    }
    expect(device.stateOf()).toBe("openIdle");
  });
});

describe("answers wait for the acknowledge of the one before", () => {
  test.each(["3", "1", "1r"] as const)("three in a row, style %s", (style) => {
    const device = opened({ style });
    const refs = ["03 D6 01", "03 D6 02", "03 D6 03"].map((apdu) => device.send(apdu));
    expect(device.seen()).toEqual(["→ 43 d6 01"]);
    device.receive("C2");
    expect(device.seen()).toEqual([`T_Data_Connected.con ${refs[0]} ok`, "→ 47 d6 02"]);
    device.receive("C6");
    expect(device.seen()).toEqual([`T_Data_Connected.con ${refs[1]} ok`, "→ 4b d6 03"]);
    device.receive("CA");
    expect(device.seen()).toEqual([`T_Data_Connected.con ${refs[2]} ok`]);
    expect(device.stateOf()).toBe("openIdle");
  });

  test("a request made when one is taken up goes behind those that wait", () => {
    const device = opened();
    device.send("03 D6 01");
    device.send("03 D6 02");
    device.receive("C2");
    device.send("03 D6 03");
    device.receive("C6");
    device.receive("CA");
    expect(device.seen().filter((line) => line.startsWith("→"))).toEqual([
      "→ 43 d6 01",
      "→ 47 d6 02",
      "→ 4b d6 03",
    ]);
  });

  test("the queue is bounded, and says so", () => {
    const device = opened();
    for (let n = 0; n <= KEPT_LIMIT; n++) device.send("03 D6 01");
    device.seen();
    const ref = device.send("03 D6 02");
    expect(device.seen()).toEqual([`T_Data_Connected.con ${ref} queue_full`]);
    expect(device.stateOf()).toBe("openWait");
  });

  test("without a connection a request is refused", () => {
    const device = connections();
    const ref = device.send("03 D6 01");
    expect(device.seen()).toEqual([`T_Data_Connected.con ${ref} no_connection`]);
  });
});

describe("as a client", () => {
  test("T_Connect, confirmed by layer 2; what was asked meanwhile goes out then", () => {
    const client = connections();
    client.request("T_Connect.req");
    client.send("03 00");
    expect(client.seen()).toEqual(["→ 80"]);
    expect(client.stateOf()).toBe("connecting");
    client.confirm();
    expect(client.seen()).toEqual(["T_Connect.con", "→ 43 00"]);
    client.receive("C2");
    client.receive("43 40 07 B0");
    expect(client.seen()).toEqual([
      "T_Data_Connected.con 1 ok",
      "→ c2",
      "T_Data_Connected.ind 03 40 07 b0",
    ]);
    client.request("T_Disconnect.req");
    expect(client.seen()).toEqual(["→ 81", "T_Disconnect.con"]);
    expect(client.machine.state.connections).toEqual([]);
  });

  test("nobody there: T_Disconnect.ind, closed, no timer", () => {
    const client = connections();
    client.request("T_Connect.req");
    client.confirm("no_ack");
    expect(client.seen()).toEqual(["→ 80", "T_Disconnect.ind"]);
    client.clock.advance(60_000);
    expect(client.seen()).toEqual([]);
  });

  test("the confirmation of an earlier T_Connect means nothing to the next one", () => {
    const client = connections();
    client.request("T_Connect.req");
    const first = client.machine.state.connections[0]?.connect ?? 0;
    client.request("T_Disconnect.req");
    client.request("T_Connect.req");
    client.seen();
    const late = { ref: first, outcome: "no_ack", repeats: 3, at: client.clock.now() } as const;
    client.machine.deliver({
      for: "tlsm",
      type: "tpdu.con",
      peer: PARTNER,
      tpdu: { kind: "T_Connect" },
      ...late,
    });
    expect(client.stateOf()).toBe("connecting");
  });

  test("both connect to each other at once: one connection, data in both directions", () => {
    const client = connections();
    client.request("T_Connect.req");
    client.receive("80");
    client.confirm();
    expect(client.seen()).toEqual(["→ 80", "T_Connect.con"]);
    client.receive("43 00");
    client.send("03 00");
    expect(client.seen()).toEqual(["→ c2", "T_Data_Connected.ind 03 00", "→ 43 00"]);
  });
});

describe("several connections", () => {
  test("as many partners as configured, each with its own numbers; one more is refused", () => {
    const device = connections({ connections: 2 });
    device.receive("80");
    device.receive("80", STRANGER);
    device.receive("43 00");
    device.receive("43 00");
    device.receive("43 00", STRANGER);
    expect(device.seen()).toEqual([
      "T_Connect.ind",
      "T_Connect.ind",
      "→ c2",
      "T_Data_Connected.ind 03 00",
      "→ c2",
      "drop tlsm.repeated",
      "→ c2 to 11 fb",
      "T_Data_Connected.ind 03 00",
    ]);
    const third = 0x11fc as typeof PARTNER;
    device.receive("80", third);
    expect(device.seen()).toEqual(["→ 81 to 11 fc", "drop tlsm.refused"]);
  });

  test("connections of our own do not count: somebody may still connect to us", () => {
    const device = connections();
    device.request("T_Connect.req", STRANGER);
    device.confirm("ok", STRANGER);
    device.seen();
    device.receive("80");
    expect(device.seen()).toEqual(["T_Connect.ind"]);
  });

  test("a restart ends what others opened without a word, and leaves our own", () => {
    const device = connections();
    device.receive("80");
    device.request("T_Connect.req", STRANGER);
    device.confirm("ok", STRANGER);
    device.seen();
    device.machine.deliver({ for: "tlsm", type: "restart.req", at: device.clock.now() });
    expect(device.seen()).toEqual(["T_Disconnect.ind"]);
    expect([device.stateOf(), device.stateOf(STRANGER)]).toEqual(["closed", "openIdle"]);
  });
});
