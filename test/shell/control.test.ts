import { rmSync } from "node:fs";
import { join } from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { IndividualAddress } from "../../src/core/address.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { createRpc } from "../../src/shell/control/rpc.ts";
import { type ControlServer, serveControl } from "../../src/shell/control/server.ts";
import { hex } from "../../src/testing/watch.ts";
import { controlRig, folder, type Person, person, type Rig } from "./control-rig.ts";

const log = pino({ level: "silent" });
let place: string;
let rig: Rig;
let server: ControlServer;
let one: Person;

beforeEach(async () => {
  place = folder();
  rig = controlRig();
  server = await serveControl(rig.control, { path: join(place, "t.sock"), mode: 0o600 }, log);
  one = await person(server.path);
});

afterEach(async () => {
  await server.close();
  rmSync(place, { recursive: true });
});

/** The procedure that the core was told last. */
const told = (): Extract<Impulse, { type: "procedure.req" }> => {
  const last = rig.impulses.findLast(({ type }) => type === "procedure.req");
  if (last?.type !== "procedure.req") throw new Error("nothing was told");
  return last;
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
};

const PEER = IndividualAddress(0x1107);

/** What is sent, and what the core is told: addresses and octets by hand. */
// biome-ignore format: read by column
const PROCEDURES = [
  { method: "device.info",            params: { peer: "1.1.7" },                                        is: { peer: PEER } },
  { method: "device.info",            params: { peer: "1.1.7", key: "01 23 45 67" },                    is: { peer: PEER, key: hex("01 23 45 67") } },
  { method: "device.scan",            params: { line: "1.3" },                                          is: { line: 0x13, from: 0, to: 255 } },
  { method: "device.scan",            params: { line: "15.9", from: 3, to: 7 },                         is: { line: 0xf9, from: 3, to: 7 } },
  { method: "device.find",            params: undefined,                                                is: {} },
  { method: "programming-mode.read",  params: { peer: "1.1.7" },                                        is: { peer: PEER } },
  { method: "programming-mode.write", params: { peer: "1.1.7", on: true },                              is: { peer: PEER, on: true } },
  { method: "address.button",         params: { address: "1.1.7" },                                     is: { address: PEER } },
  { method: "address.serial",         params: { address: "1.1.7", serial: "00FA:12345678" },            is: { address: PEER, serial: hex("00 fa 12 34 56 78") } },
  { method: "device.restart",         params: { peer: "1.1.7" },                                        is: { peer: PEER } },
  { method: "device.reset",           params: { peer: "1.1.7", eraseCode: 3 },                          is: { peer: PEER, eraseCode: 3, channel: 0 } },
  { method: "property.read",          params: { peer: "1.1.7", object: 3, pid: 51 },                    is: { peer: PEER, object: 3, pid: 51, start: 1, count: 1 } },
  { method: "property.write",         params: { peer: "1.1.7", object: 3, pid: 51, count: 2, octets: "0c1a" }, is: { peer: PEER, object: 3, pid: 51, start: 1, count: 2, octets: hex("0c 1a") } },
  { method: "property.describe",      params: { peer: "1.1.7", object: 3, pid: 51 },                    is: { peer: PEER, object: 3, pid: 51 } },
  { method: "memory.read",            params: { peer: "1.1.7", address: "0x4003", length: 17 },         is: { peer: PEER, address: 0x4003, length: 17 } },
  { method: "memory.write",           params: { peer: "1.1.7", address: 97, octets: "05" },             is: { peer: PEER, address: 97, octets: hex("05") } },
  { method: "group.read",             params: { address: "1/2/3" },                                     is: { address: 0x0a03 } },
  { method: "group.write",            params: { address: "1/2/3", octets: "0c1a" },                     is: { address: 0x0a03, value: { octets: hex("0c 1a"), short: false } } },
  { method: "group.write",            params: { address: "1/2/3", octets: "2b", short: true },          is: { address: 0x0a03, value: { octets: hex("2b"), short: true } } },
] as const;

/** Wrong parameters, and the one that the message names. */
// biome-ignore format: read by column
const WRONG = [
  { method: "device.info",       params: {},                                                 names: "peer" },
  { method: "device.info",       params: { peer: 5 },                                        names: "peer" },
  { method: "device.info",       params: { peer: "1.1" },                                    names: 'peer: "1.1" is not an individual address' },
  { method: "device.info",       params: { peer: "1.1.7", key: "0123" },                     names: "key" },
  { method: "device.info",       params: { peer: "1.1.7", color: 1 },                        names: '"color"' },
  { method: "device.info",       params: ["1.1.7"],                                          names: "named parameters" },
  { method: "device.scan",       params: { line: "1.1.1" },                                  names: "line" },
  { method: "device.scan",       params: { line: "1.1", to: 256 },                           names: "to: the most is 255" },
  { method: "device.reset",      params: { peer: "1.1.7", eraseCode: 8 },                    names: "eraseCode" },
  { method: "address.serial",    params: { address: "1.1.7", serial: "00FA:1234" },          names: "serial" },
  { method: "property.write",    params: { peer: "1.1.7", object: 3, pid: 51, octets: "" },  names: "octets" },
  { method: "memory.read",       params: { peer: "1.1.7", address: "1000000", length: 1 },   names: "address" },
  { method: "memory.read",       params: { peer: "1.1.7", address: -1, length: 1 },          names: "address" },
  { method: "memory.read",       params: { peer: "1.1.7", address: 0, length: 0 },           names: "length" },
  { method: "group.read",        params: { address: "0/0/0" },                               names: "address" },
  { method: "group.write",       params: { address: "1/2/3", octets: "40", short: true },    names: "octets" },
  { method: "transitions",       params: { machine: "brakes" },                                names: "machine" },
  { method: "programming-mode",  params: { on: "yes" },                                      names: "on" },
  { method: "cancel",            params: {},                                                 names: "id" },
] as const;

describe("procedures over the socket", () => {
  test.each(PROCEDURES)("$method $params", async ({ method, params, is }) => {
    const answer = one.ask(7, method, params);
    await until(() => rig.impulses.length > 0);
    expect(told().procedure).toEqual({ name: method, ...is });
    rig.say({ type: "result", id: told().id, value: { octets: "0c1a" } });
    expect(await answer).toEqual({ jsonrpc: "2.0", id: 7, result: { octets: "0c1a" } });
  });

  test.each(WRONG)("$method $params is refused: $names", async ({ method, params, names }) => {
    expect(await one.ask(9, method, params)).toMatchObject({
      error: { code: -32602, message: expect.stringContaining(names) },
    });
    expect(rig.impulses).toEqual([]);
  });

  test("a failure says why, in words and as a code", async () => {
    const answer = one.ask(7, "device.restart", { peer: "1.1.7" });
    await until(() => rig.impulses.length > 0);
    const error = { code: "not_found", message: "nobody answers at 1.1.7" } as const;
    rig.say({ type: "failure", id: told().id, error });
    expect(await answer).toMatchObject({
      error: { code: -32000, message: "nobody answers at 1.1.7", data: { code: "not_found" } },
    });
  });

  test("progress comes with the id of the request, to the client that asked", async () => {
    const other = await person(server.path);
    const answer = one.ask(13, "device.scan", { line: "1.1" });
    await until(() => rig.impulses.length > 0);
    rig.say({ type: "progress", id: told().id, done: 3, total: 256 });
    rig.say({ type: "result", id: told().id, value: [] });
    await answer;
    expect(one.lines.items[0]).toEqual({
      jsonrpc: "2.0",
      method: "progress",
      params: { id: 13, done: 3, total: 256 },
    });
    await other.ask(1, "status");
    expect(other.lines.items).toHaveLength(1);
  });

  test("cancel: the core is told, the request fails, then cancel is answered", async () => {
    one.send('{"jsonrpc":"2.0","id":5,"method":"device.info","params":{"peer":"1.1.7"}}');
    await until(() => rig.impulses.length > 0);
    expect(await one.ask(6, "cancel", { id: 5 })).toMatchObject({ result: true });
    expect(rig.impulses.at(-1)).toMatchObject({ type: "cancel.req", id: told().id });
    expect(one.lines.items.map(({ id }) => id)).toEqual([5, 6]);
    expect(one.lines.items[0]).toMatchObject({ error: { data: { code: "cancelled" } } });
    expect(await one.ask(8, "cancel", { id: 5 })).toMatchObject({ result: false });
    // A result that was on its way goes nowhere.
    rig.say({ type: "result", id: told().id, value: 1 });
  });

  test("a client that goes leaves no procedure behind", async () => {
    one.send('{"jsonrpc":"2.0","id":5,"method":"device.info","params":{"peer":"1.1.7"}}');
    await until(() => rig.impulses.length > 0);
    one.socket.destroy();
    await until(() => rig.impulses.length > 1);
    expect(rig.impulses.at(-1)).toMatchObject({ type: "cancel.req", id: told().id });
  });
});

describe("what it tells of itself", () => {
  test("status", async () => {
    expect(await one.ask(3, "status")).toMatchObject({
      result: {
        version: "1.2.3",
        instance: "test",
        address: "1.1.5",
        programmingMode: false,
        link: { state: "closed", bus: "starting", chip: "tpuart2" },
        connections: [],
        clients: 1,
        busmonitor: null,
        counters: { "rx.telegrams": 17 },
      },
    });
  });

  test("programming mode: shown, and switched", async () => {
    expect(await one.ask(3, "programming-mode")).toMatchObject({ result: false });
    expect(await one.ask(4, "programming-mode", { on: true })).toMatchObject({ result: true });
    expect(rig.impulses).toMatchObject([{ for: "device", type: "programming-mode.req", on: true }]);
  });

  test("unknown methods are told from wrong requests and from text that is not JSON", async () => {
    expect(await one.ask(3, "reboot")).toMatchObject({ error: { code: -32601 } });
    one.send("{");
    one.send('{"id":1}');
    one.send("[null]");
    await until(() => one.lines.items.length === 4);
    expect(one.lines.items.slice(1)).toMatchObject([
      { id: null, error: { code: -32700 } },
      { id: 1, error: { code: -32600 } },
      { id: null, error: { code: -32600 } },
    ]);
  });
});

const WRITE = hex("bc 11 05 0a 03 e1 00 81 3e");

describe("watching the line", () => {
  test("telegrams come explained, to those who watch, and the core is told when anybody does", async () => {
    const other = await person(server.path);
    await one.ask(1, "monitor.start");
    await other.ask(1, "monitor.start");
    rig.say({ type: "telegram", octets: WRITE, own: true, at: performance.now() });
    const { params } = await one.lines.until(({ method }) => method === "telegram");
    expect(params).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      octets: "bc11050a03e100813e",
      own: true,
      ok: true,
      source: "1.1.5",
      destination: "1/2/3",
      apci: "A_GroupValue_Write",
      dpt: "1.001",
      value: true,
    });
    await one.ask(2, "monitor.stop");
    other.socket.destroy();
    await until(() => rig.impulses.length === 2);
    expect(rig.impulses).toMatchObject([
      { for: "client", type: "watch.req", on: true },
      { for: "client", type: "watch.req", on: false },
    ]);
  });

  test("who does not read misses telegrams, and is told how many", async () => {
    await one.ask(1, "monitor.start");
    one.socket.pause();
    for (let n = 0; n < 6_000; n++)
      rig.say({ type: "telegram", octets: WRITE, own: false, at: performance.now() });
    one.socket.resume();
    const { params } = await one.lines.until(({ method }) => method === "lost");
    const seen = one.lines.items.filter(({ method }) => method === "telegram").length;
    expect(params).toEqual({ count: 6_000 - seen });
    rig.say({ type: "telegram", octets: WRITE, own: false, at: performance.now() });
    await until(
      () => one.lines.items.filter(({ method }) => method === "telegram").length === seen + 1,
    );
  });
});

describe("busmonitor mode", () => {
  const on = (value: boolean): void =>
    rig.say({ type: "busmonitor", on: value, at: performance.now() });

  const start = async (): Promise<void> => {
    const answer = one.ask(1, "busmonitor.start", { client: "a test" });
    await until(() => rig.impulses.length > 0);
    expect(rig.impulses).toMatchObject([{ for: "dl", type: "busmonitor.req", on: true }]);
    expect(one.lines.items).toEqual([]);
    on(true);
    expect(await answer).toMatchObject({ result: true });
  };

  test("is confirmed by the chip, and shows octets with their acknowledge", async () => {
    await start();
    rig.say({ type: "raw", octets: WRITE, acknowledge: 0xcc, at: performance.now() });
    rig.say({ type: "raw", octets: hex("bc 11"), acknowledge: null, at: performance.now() });
    await until(() => one.lines.items.length === 3);
    expect(one.lines.items.slice(1)).toMatchObject([
      { method: "raw", params: { octets: "bc11050a03e100813e", acknowledge: "cc", ok: true } },
      { method: "raw", params: { octets: "bc11", acknowledge: null, ok: false } },
    ]);
  });

  test.each(PROCEDURES.slice(0, 3))(
    "$method is refused at once, with who holds it",
    async ({ method, params }) => {
      await start();
      const other = await person(server.path);
      expect(await other.ask(2, method, params)).toMatchObject({
        error: {
          code: -32000,
          message: expect.stringMatching(/client \d+ \(a test\).*busmonitor\.stop/),
          data: { code: "busmonitor" },
        },
      });
      expect(await other.ask(3, "busmonitor.start")).toMatchObject({
        error: { data: { code: "busmonitor" } },
      });
      expect(await other.ask(4, "busmonitor.stop")).toMatchObject({
        error: { data: { code: "busmonitor" } },
      });
      expect(rig.impulses).toHaveLength(1);
    },
  );

  test("ends with its client, and others can send again", async () => {
    await start();
    one.socket.destroy();
    await until(() => rig.impulses.length === 2);
    expect(rig.impulses[1]).toMatchObject({ type: "busmonitor.req", on: false });
    const other = await person(server.path);
    other.send('{"jsonrpc":"2.0","id":5,"method":"device.find"}');
    await until(() => rig.impulses.length === 3);
  });

  test("is not entered over the head of a running procedure", async () => {
    one.send('{"jsonrpc":"2.0","id":5,"method":"device.find"}');
    await until(() => rig.impulses.length === 1);
    expect(await one.ask(6, "busmonitor.start")).toMatchObject({
      error: { data: { code: "busy" } },
    });
  });
});

describe("bounds", () => {
  test("16 requests of a client at a time; cancel is always possible", async () => {
    for (let id = 1; id <= 16; id++)
      one.send(JSON.stringify({ jsonrpc: "2.0", id, method: "device.find" }));
    expect(await one.ask(17, "device.find")).toMatchObject({ error: { data: { code: "busy" } } });
    expect(rig.impulses).toHaveLength(16);
    expect(await one.ask(18, "cancel", { id: 3 })).toMatchObject({ result: true });
    one.send('{"jsonrpc":"2.0","id":19,"method":"device.find"}');
    await until(() => rig.impulses.length === 18);
  });

  test("an id that is in use is refused, and the first request goes on", async () => {
    const first = one.ask(5, "device.find");
    await until(() => rig.impulses.length === 1);
    one.send('{"jsonrpc":"2.0","id":5,"method":"device.find"}');
    expect(await first).toMatchObject({ error: { code: -32600 } });
    rig.say({ type: "result", id: told().id, value: [] });
    await one.lines.until(({ result }) => Array.isArray(result));
  });

  test("a 17th client is told so, and another takes the place of one that goes", async () => {
    const others = await Promise.all(Array.from({ length: 15 }, () => person(server.path)));
    const late = await person(server.path);
    await late.closed;
    expect(late.lines.items).toMatchObject([{ id: null, error: { code: -32600 } }]);
    others[0]?.socket.destroy();
    await others[0]?.closed;
    await until(() => true);
    const again = await person(server.path);
    expect(await again.ask(1, "status")).toMatchObject({ result: { clients: 16 } });
  });

  test("a line longer than 64 KiB ends the connection, with an answer", async () => {
    one.socket.write("x".repeat(65_537));
    await one.closed;
    expect(one.lines.items).toMatchObject([{ id: null, error: { code: -32600 } }]);
  });

  test("a line of 64 KiB, in pieces, is a line", async () => {
    const request = '{"jsonrpc":"2.0","id":5,"method":"status"}'.padEnd(65_536);
    for (let at = 0; at < request.length; at += 10_007)
      one.socket.write(request.slice(at, at + 10_007));
    one.socket.write("\n");
    await one.lines.until(({ id }) => id === 5);
  });
});

describe("whatever stands in a line", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "2.0",
      "status",
      "device.info",
      "cancel",
      "memory.write",
      "__proto__",
      "toString",
    ),
    fc.string(),
  );
  const request = fc.record(
    {
      jsonrpc: word,
      id: fc.jsonValue(),
      method: fc.oneof(word, fc.jsonValue()),
      params: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    request.map((value) => JSON.stringify(value)),
    fc.array(request, { maxLength: 5 }).map((value) => JSON.stringify(value)),
  );

  prop.prop([fc.array(line, { maxLength: 8 })])(
    "nothing is thrown, and every answer is JSON-RPC",
    async (lines) => {
      // Whatever is begun ends at once.
      const quick = controlRig((impulse, say) => {
        if (impulse.type === "procedure.req") say({ type: "result", id: impulse.id, value: null });
        if (impulse.type === "busmonitor.req") say({ type: "busmonitor", on: impulse.on, at: 1 });
      });
      const session = quick.control.join(() => undefined);
      const answer = createRpc();
      for (const text of lines) {
        const given = await answer(text, session);
        for (const response of given === null ? [] : [given].flat())
          expect(response).toMatchObject({
            jsonrpc: "2.0",
            id: expect.toBeOneOf([null, expect.anything()]),
          });
      }
      session.leave();
    },
  );
});
