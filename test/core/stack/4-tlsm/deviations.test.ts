import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../../../src/core/address.ts";
import type { TlsmConfig } from "../../../../src/core/config.ts";
import { connections, STRANGER } from "./connections.ts";

/*
 * Where published stacks do not do what the standard says (`layers.md` C.5), and what ours does there.
 */

const opened = (config: Partial<TlsmConfig> = {}) => {
  const device = connections(config);
  device.receive("80");
  device.seen();
  return device;
};

/** As a client, T_Connect under way. */
const connecting = () => {
  const client = connections();
  client.request("T_Connect.req");
  client.seen();
  return client;
};

describe("thelsing, OpenKNX", () => {
  test("E20 in connecting: a T_Connect without layer-2 acknowledge ends in closed, not in connecting", () => {
    const client = connecting();
    client.confirm("no_ack");
    expect(client.seen()).toEqual(["T_Disconnect.ind"]);
    expect(client.stateOf()).toBe("closed");
    client.request("T_Connect.req");
    expect(client.seen()).toEqual(["→ 80"]);
  });

  test("A11: more than one deferred request is kept, in order", () => {
    const device = opened();
    for (const apdu of ["03 D6 01", "03 D6 02", "03 D6 03", "03 D6 04"]) device.send(apdu);
    device.receive("C2");
    device.receive("C6");
    device.receive("CA");
    expect(device.seen().filter((line) => line.startsWith("→"))).toEqual([
      "→ 43 d6 01",
      "→ 47 d6 02",
      "→ 4b d6 03",
      "→ 4f d6 04",
    ]);
  });

  test("timers are not polled: they expire at their time, to the millisecond", () => {
    const device = opened();
    device.send("03 40 07 B0");
    device.seen();
    device.clock.advance(2_999);
    expect(device.seen()).toEqual([]);
    device.clock.advance(1);
    expect(device.seen()).toEqual(["→ 43 40 07 b0"]);
  });

  test("connection_address 0.0.0 is a partner like any other, not a sign of none", () => {
    const device = connections();
    const nobody = IndividualAddress(0);
    device.receive("43 00", nobody);
    expect(device.seen()).toEqual(["drop tlsm.no-connection"]);
    device.receive("80", nobody);
    expect(device.seen()).toEqual(["T_Connect.ind"]);
    device.receive("43 00", nobody);
    expect(device.seen()).toEqual(["→ c2 to 00 00", "T_Data_Connected.ind 03 00"]);
  });
});

describe("knex", () => {
  test("A9 starts the acknowledge timer again: the repetition is repeated, too", () => {
    const device = opened({ style: "1" });
    device.send("03 40 07 B0");
    device.receive("C3");
    device.seen();
    device.clock.advance(3_000);
    expect(device.seen()).toEqual(["→ 43 40 07 b0"]);
  });

  test("A10 leaves the outstanding frame: it is still there to be repeated", () => {
    const device = opened({ style: "1" });
    device.send("03 40 07 B0");
    device.receive("80", STRANGER);
    expect(device.seen()).toEqual(["→ 43 40 07 b0", "→ 81 to 11 fb", "drop tlsm.refused"]);
    device.receive("C3");
    expect(device.seen()).toEqual(["→ 43 40 07 b0"]);
    device.receive("C2");
    expect(device.seen()).toEqual(["T_Data_Connected.con 1 ok"]);
  });

  test("A6: the T_Disconnect is sent before anybody is told", () => {
    const device = opened({ style: "1" });
    device.receive("C2");
    expect(device.seen()).toEqual(["→ 81", "T_Disconnect.ind", "drop tlsm.unexpected"]);
  });

  test("E27: an undefined TPCI is dropped and counted, the connection stays as it is", () => {
    const device = opened({ style: "1" });
    const before = device.machine.state;
    device.receive("BF");
    expect(device.seen()).toEqual(["drop tl.tpci"]);
    expect(device.machine.state).toBe(before);
  });

  test("deferred requests are taken up after a connect as well, not in A8 only", () => {
    const client = connecting();
    client.send("03 00");
    client.send("03 D5 00");
    client.confirm();
    expect(client.seen()).toEqual(["T_Connect.con", "→ 43 00"]);
    client.receive("C2");
    expect(client.seen()).toEqual(["T_Data_Connected.con 1 ok", "→ 47 d5 00"]);
  });
});

describe("Calimero", () => {
  test("A10: a second partner is refused, unless more are allowed", () => {
    const device = opened();
    device.receive("80", STRANGER);
    expect(device.seen()).toEqual(["→ 81 to 11 fb", "drop tlsm.refused"]);
    const two = opened({ connections: 2 });
    two.receive("80", STRANGER);
    expect(two.seen()).toEqual(["T_Connect.ind"]);
  });

  test("E00, style 3: a repeated T_Connect of the partner does not set the numbers back", () => {
    const device = opened();
    device.receive("43 00");
    device.seen();
    device.receive("80");
    expect(device.seen()).toEqual([]);
    device.receive("47 00");
    expect(device.seen()).toEqual(["→ c6", "T_Data_Connected.ind 03 00"]);
  });

  test.each(["1", "1r"] as const)("E00, style %s: it ends the connection", (style) => {
    const device = opened({ style });
    device.receive("80");
    expect(device.seen()).toEqual(["→ 81", "T_Disconnect.ind", "drop tlsm.unexpected"]);
    expect(device.stateOf()).toBe("closed");
  });

  test.each(["3", "1"] as const)(
    "E12, style %s: T_NAK brings the repetition at once, not when the timer expires",
    (style) => {
      const device = opened({ style });
      device.send("03 40 07 B0");
      device.seen();
      device.receive("C3");
      expect(device.seen()).toEqual(["→ 43 40 07 b0"]);
    },
  );

  test("as a client: the T_Connect of another is accepted meanwhile, each has its own machine", () => {
    const client = connecting();
    client.receive("80", STRANGER);
    expect(client.seen()).toEqual(["T_Connect.ind"]);
    client.confirm();
    expect(client.seen()).toEqual(["T_Connect.con"]);
  });

  test("as a client: connecting is a state, requests are taken in it without waiting", () => {
    const client = connecting();
    expect(client.stateOf()).toBe("connecting");
    client.send("03 00");
    expect(client.seen()).toEqual([]);
    client.confirm();
    expect(client.seen()).toEqual(["T_Connect.con", "→ 43 00"]);
  });

  test("at most four transmissions, then T_Disconnect", () => {
    const device = opened();
    device.send("03 40 07 B0");
    device.clock.advance(20_000);
    expect(device.seen()).toEqual([...Array(4).fill("→ 43 40 07 b0"), "→ 81", "T_Disconnect.ind"]);
  });
});

describe("knxd", () => {
  test.each(["3", "1"] as const)(
    "E06, style %s: a wrong data number is answered by T_NAK, not by the end",
    (style) => {
      const device = opened({ style });
      device.receive("4F 00");
      expect(device.seen()).toEqual(["→ cf", "drop tlsm.sequence"]);
      expect(device.stateOf()).toBe("openIdle");
    },
  );

  test("E00 as a client: a T_Connect of the partner does not end the connection", () => {
    const client = connecting();
    client.confirm();
    client.seen();
    client.receive("80");
    expect(client.seen()).toEqual([]);
    expect(client.stateOf()).toBe("openIdle");
  });

  test("E16 as a client: 6 s of silence end the connection", () => {
    const client = connecting();
    client.confirm();
    client.seen();
    client.clock.advance(5_999);
    expect(client.seen()).toEqual([]);
    client.clock.advance(1);
    expect(client.seen()).toEqual(["→ 81", "T_Disconnect.ind"]);
  });
});

describe("xknx", () => {
  test.each([
    { style: "3", seen: ["drop tlsm.no-connection"] },
    { style: "1", seen: ["→ 81", "drop tlsm.no-connection"] },
    { style: "1r", seen: ["→ 81", "drop tlsm.no-connection"] },
  ] as const)(
    "data without a connection is never acknowledged, style $style",
    ({ style, seen }) => {
      const device = connections({ style });
      device.receive("43 00");
      expect(device.seen()).toEqual(seen);
    },
  );

  test("A4 as a client: wrong numbers bring T_NAK", () => {
    const client = connecting();
    client.confirm();
    client.seen();
    client.receive("4B 40 07 B0");
    expect(client.seen()).toEqual(["→ cb", "drop tlsm.sequence"]);
  });

  test("A9 as a client: three repetitions, not one; a T_NAK is no error", () => {
    const client = connecting();
    client.confirm();
    client.send("03 00");
    client.seen();
    client.receive("C3");
    client.receive("C3");
    client.receive("C3");
    expect(client.seen()).toEqual(["→ 43 00", "→ 43 00", "→ 43 00"]);
    client.receive("C2");
    expect(client.seen()).toEqual(["T_Data_Connected.con 1 ok"]);
  });

  test("E16 as a client: there is a connection timer, and what is received starts it again", () => {
    const client = connecting();
    client.confirm();
    client.clock.advance(5_000);
    client.receive("43 40 07 B0");
    client.clock.advance(5_999);
    expect(client.stateOf()).toBe("openIdle");
    client.clock.advance(1);
    expect(client.stateOf()).toBe("closed");
  });

  test("A1: a T_Connect from the bus is accepted, not refused", () => {
    const device = connections();
    device.receive("80");
    expect(device.seen()).toEqual(["T_Connect.ind"]);
  });
});

describe("knx-rs", () => {
  test("E06 in connecting ends in closed, as there: the published table would stay without a timer", () => {
    const client = connecting();
    client.receive("4F 00");
    expect(client.seen()).toEqual(["→ 81", "T_Disconnect.ind", "drop tlsm.unexpected"]);
    expect(client.stateOf()).toBe("closed");
  });

  test("E11 in openIdle: a T_NAK with another number does nothing", () => {
    const device = opened();
    device.receive("DF");
    expect(device.seen()).toEqual(["drop tlsm.unexpected"]);
    expect(device.stateOf()).toBe("openIdle");
  });

  test("E26 in closed is confirmed, not indicated", () => {
    const client = connections();
    client.request("T_Disconnect.req");
    expect(client.seen()).toEqual(["T_Disconnect.con"]);
  });

  test("A11: deferred requests have more than one place", () => {
    const client = connecting();
    client.send("03 00");
    client.send("03 D5 00");
    client.send("03 D1 00");
    client.confirm();
    client.receive("C2");
    client.receive("C6");
    expect(client.seen().filter((line) => line.startsWith("→"))).toEqual([
      "→ 43 00",
      "→ 47 d5 00",
      "→ 4b d1 00",
    ]);
  });
});

describe("LightKnxStack", () => {
  test("E13 in openWait closes: the fourth T_NAK is not answered by a fifth transmission", () => {
    const device = opened();
    device.send("03 40 07 B0");
    for (let times = 0; times < 3; times++) device.receive("C3");
    device.seen();
    device.receive("C3");
    expect(device.seen()).toEqual(["→ 81", "T_Disconnect.ind", "drop tlsm.unexpected"]);
    expect(device.stateOf()).toBe("closed");
  });

  test("T_ACK is compared with SeqNoSend: 0 confirms while 2 is expected to come", () => {
    const device = opened();
    device.receive("43 00");
    device.receive("47 00");
    const ref = device.send("03 40 07 B0");
    device.seen();
    device.receive("C2");
    expect(device.seen()).toEqual([`T_Data_Connected.con ${ref} ok`]);
  });

  test("T_ACK with SeqNoRcv does not confirm", () => {
    const device = opened();
    device.receive("43 00");
    device.receive("47 00");
    device.send("03 40 07 B0");
    device.seen();
    device.receive("CA");
    expect(device.seen()).toEqual(["→ 81", "T_Disconnect.ind", "drop tlsm.unexpected"]);
  });

  test("T_NAK is compared with SeqNoSend: 0 brings the repetition, 2 does not", () => {
    const device = opened();
    device.receive("43 00");
    device.receive("47 00");
    device.send("03 40 07 B0");
    device.seen();
    device.receive("CB");
    expect(device.seen()).toEqual(["drop tlsm.unexpected"]);
    device.receive("C3");
    expect(device.seen()).toEqual(["→ 43 40 07 b0"]);
  });
});
