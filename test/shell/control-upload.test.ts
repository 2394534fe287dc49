import { rmSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectSocket } from "../../src/cli/station/socket.ts";
import { createStation } from "../../src/cli/station/station.ts";
import type { Procedure } from "../../src/core/app/client/procedure.ts";
import { type ControlServer, serveControl } from "../../src/shell/control/server.ts";
import { controlRig, folder, type Person, person, type Rig } from "./control-rig.ts";

const log = pino({ level: "silent" });
let place: string;
let rig: Rig;
let server: ControlServer;

beforeEach(async () => {
  place = folder();
  rig = controlRig((impulse, say) => {
    if (impulse.type === "procedure.req") say({ type: "result", id: impulse.id, value: "done" });
  });
  server = await serveControl(rig.control, { path: join(place, "t.sock"), mode: 0o600 }, log);
});

afterEach(async () => {
  await server.close();
  rmSync(place, { recursive: true });
});

const told = (): readonly Procedure[] =>
  rig.impulses.flatMap((impulse) => (impulse.type === "procedure.req" ? [impulse.procedure] : []));

const MANY = 65_535;
/** About 1.2 MB of JSON. */
const IMAGE = {
  application: { octets: "0c1a07".repeat(23_333), fill: 0, programVersion: "0083013522" },
  groupAddresses: Array.from({ length: MANY }, (_, index) => index + 1),
  associations: [[MANY, 7]],
  groupObjects: [0, 0, 0, 0, 0, 0, 0xd700],
};

describe("an image longer than a line", () => {
  test("comes through the socket whole", async () => {
    const station = createStation(await connectSocket(server.path));
    const params = { peer: "1.1.7", image: IMAGE };
    expect(await station.request("device.program", params)).toBe("done");
    const [procedure] = told();
    if (procedure?.name !== "device.program") throw new Error("nothing was told");
    const { application, groupAddresses, associations } = procedure.image;
    expect(application?.octets.length).toBe(69_999);
    expect([...(application?.octets.slice(69_996) ?? [])]).toEqual([0x0c, 0x1a, 0x07]);
    expect([groupAddresses.length, groupAddresses[65_534]]).toEqual([MANY, MANY]);
    expect(associations).toEqual([[MANY, 7]]);
    await station.close();
  });

  test("so does memory, and any letter", async () => {
    const station = createStation(await connectSocket(server.path));
    const octets = "0c1a".repeat(17_001);
    await station.request("memory.write", { peer: "1.1.7", address: 7, octets });
    expect(told()).toMatchObject([{ name: "memory.write", octets: { length: 34_002 } }]);
    const peer = '"\u0001€\u{1f525}'.repeat(20_000);
    await expect(station.request("device.info", { peer })).rejects.toThrow(
      /^peer: .* is not an individual address/s,
    );
    await station.close();
  });

  test("given up in the middle, nothing is programmed", async () => {
    const station = createStation(await connectSocket(server.path));
    const interrupted = new AbortController();
    const params = { peer: "1.1.7", image: IMAGE };
    const result = station.request("device.program", params, { signal: interrupted.signal });
    setTimeout(() => interrupted.abort(), 5);
    await expect(result).rejects.toThrow("cancelled");
    expect(told()).toEqual([]);
    await station.close();
  });
});

describe("by hand", () => {
  let one: Person;
  beforeEach(async () => {
    one = await person(server.path);
  });

  const invalid = (message: string) => ({
    error: { code: -32602, message: expect.stringContaining(message) },
  });

  test("parts are put together, and used once", async () => {
    const text = JSON.stringify({ groupAddresses: [], associations: [], groupObjects: [0x2b07] });
    expect(await one.ask(1, "upload", { part: "{", first: true })).toMatchObject({ result: 1 });
    expect(await one.ask(2, "upload", { part: text.slice(0, 9), first: true })).toMatchObject({
      result: 9,
    });
    expect(await one.ask(3, "upload", { part: text.slice(9) })).toMatchObject({
      result: text.length,
    });
    const params = { peer: "1.1.7", image: "uploaded" };
    expect(await one.ask(4, "device.program", params)).toMatchObject({ result: "done" });
    expect(told()).toMatchObject([{ image: { groupObjects: [0x2b07] } }]);
    expect(await one.ask(5, "device.program", params)).toMatchObject(
      invalid("image: nothing was uploaded"),
    );
  });

  test("what is wrong with it is said when it is used", async () => {
    await one.ask(1, "upload", { part: "{]" });
    const params = { peer: "1.1.7", image: "uploaded" };
    expect(await one.ask(2, "device.program", params)).toMatchObject(
      invalid("image: what was uploaded is not JSON"),
    );
    await one.ask(3, "upload", { part: '{"groupAddresses":7}' });
    expect(await one.ask(4, "device.program", params)).toMatchObject(
      invalid("image.groupAddresses: a list of words is needed"),
    );
    expect(await one.ask(5, "upload", { part: 7 })).toMatchObject(invalid("part"));
    expect(told()).toEqual([]);
  });

  /** @returns the last answer */
  const fill = async (who: Person, characters: number) => {
    const part = "7".repeat(32_768);
    for (let id = 100; id < 100 + characters / part.length; id++)
      await who.ask(id, "upload", { part });
    return who.lines.items.at(-1);
  };

  test("4 Mi characters of one client, 8 Mi of all; a client that goes makes room", {
    timeout: 30_000,
  }, async () => {
    const [two, three] = [await person(server.path), await person(server.path)];
    const most = 4 * 1024 * 1024;
    expect(await fill(one, most)).toMatchObject({ result: most });
    expect(await one.ask(7, "upload", { part: "7" })).toMatchObject(invalid("up to 4194304"));
    expect(await fill(two, most)).toMatchObject({ result: most });
    expect(await three.ask(7, "upload", { part: "7" })).toMatchObject({
      error: { code: -32000, data: { code: "busy" } },
    });
    one.socket.destroy();
    await one.closed;
    expect(await three.ask(8, "status")).toMatchObject({ result: {} });
    expect(await three.ask(9, "upload", { part: "7" })).toMatchObject({ result: 1 });
  });
});
