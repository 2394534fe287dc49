import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findSocket } from "../../src/cli/station/find.ts";
import { serveControl } from "../../src/shell/control/server.ts";
import {
  checkOwner,
  prepareFolder,
  runtimeFolder,
  runtimeFolders,
} from "../../src/shell/control/socket-file.ts";
import { controlRig, folder } from "./control-rig.ts";

const log = pino({ level: "silent" });
const uid = process.getuid?.() ?? 0;
let place: string;
beforeEach(() => {
  place = folder();
});
afterEach(() => rmSync(place, { recursive: true }));

const serve = (path: string, mode = 0o660) =>
  serveControl(controlRig().control, { path, mode }, log);

describe("where the socket lies", () => {
  // biome-ignore format: read by column
  const FOLDERS = [
    { is: "a systemd service",          env: { RUNTIME_DIRECTORY: "/run/knxpi", XDG_RUNTIME_DIR: "/run/user/7" }, uid: 61_003, path: "/run/knxpi" },
    { is: "several of systemd",         env: { RUNTIME_DIRECTORY: "/run/a:/run/b" },                              uid: 61_003, path: "/run/a" },
    { is: "a user with a session",      env: { XDG_RUNTIME_DIR: "/run/user/1003" },                               uid: 1003,   path: "/run/user/1003/knxpi" },
    { is: "root",                       env: {},                                                                  uid: 0,      path: "/run/knxpi" },
    { is: "a user without a session",   env: {},                                                                  uid: 1003,   path: "/var/tmp/knxpi-1003" },
  ] as const;
  test.each(FOLDERS)("$is: $path", ({ path, ...surroundings }) => {
    const around = { ...surroundings, tmpdir: "/var/tmp", run: "/run" };
    expect(runtimeFolder(around).path).toBe(path);
    expect(runtimeFolders(around).map((one) => one.path)).toContain(path);
    expect(runtimeFolders(around).map((one) => one.path)).toContain("/run/knxpi");
  });

  test("a folder among temporary files is ours alone", () => {
    const around = { env: {}, uid, tmpdir: place, run: join(place, "run") };
    const [ours] = runtimeFolders(around).filter(({ exposed }) => exposed);
    if (ours === undefined) throw new Error("no such folder");
    prepareFolder(ours, uid);
    expect(statSync(ours.path).mode & 0o777).toBe(0o700);
    expect(() => checkOwner(ours.path, uid + 1)).toThrow(/belongs to somebody else/);
    chmodSync(ours.path, 0o770);
    expect(() => prepareFolder(ours, uid)).toThrow(/can be written by others/);
    rmSync(ours.path, { recursive: true });
    writeFileSync(ours.path, "");
    expect(() => checkOwner(ours.path, uid)).toThrow(/no folder/);
  });
});

describe("the socket file", () => {
  test.each([0o600, 0o660, 0o666])("has mode %o, whatever the umask", async (mode) => {
    const before = process.umask(0o027);
    try {
      const server = await serve(join(place, "m.sock"), mode);
      expect(statSync(server.path).mode & 0o777).toBe(mode);
      expect(process.umask()).toBe(0o027);
      await server.close();
      expect(existsSync(server.path)).toBe(false);
    } finally {
      process.umask(before);
    }
  });

  test("of a process that died is replaced", async () => {
    const path = join(place, "dead.sock");
    const listen = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", listen]);
    expect(statSync(path).isSocket()).toBe(true);
    const server = await serve(path);
    expect(
      await findSocket("dead", {
        env: { RUNTIME_DIRECTORY: place },
        uid,
        tmpdir: place,
        run: join(place, "run"),
      }),
    ).toBe(path);
    await server.close();
  });

  test("of a living process is an error that says so, and stays", async () => {
    const path = join(place, "alive.sock");
    const server = await serve(path);
    await expect(serve(path)).rejects.toThrow(/another knxpi answers at/);
    await server.close();
  });

  test("is never put over something that is no socket", async () => {
    const path = join(place, "precious");
    writeFileSync(path, "precious");
    await expect(serve(path)).rejects.toThrow(/is no socket/);
    expect(statSync(path).size).toBe(8);
  });

  test("has a path that fits, in a folder that is there", async () => {
    await expect(serve(join(place, "x".repeat(120)))).rejects.toThrow(/too long/);
    await expect(serve(join(place, "none", "a.sock"))).rejects.toThrow(/cannot be opened/);
  });
});

describe("looking for a running knxpi", () => {
  const around = () => ({
    env: { RUNTIME_DIRECTORY: place },
    uid,
    tmpdir: join(place, "none"),
    run: join(place, "run"),
  });

  test("none: says where it looked, and what to do", async () => {
    await expect(findSocket("house", around())).rejects.toThrow(
      new RegExp(`${place}/house.sock[^]*${place}/run/knxpi/house.sock[^]*--port`),
    );
  });

  test("the only one is taken without its name; of several one must be named", async () => {
    const one = await serve(join(place, "one.sock"));
    expect(await findSocket(undefined, around())).toBe(one.path);
    const two = await serve(join(place, "two.sock"));
    await expect(findSocket(undefined, around())).rejects.toThrow(/several knxpi.*--instance/);
    expect(await findSocket("two", around())).toBe(two.path);
    await one.close();
    await two.close();
  });

  test("a folder that others can write to is not looked into", async () => {
    const trap = join(place, `knxpi-${uid}`);
    mkdirSync(trap, { mode: 0o777 });
    chmodSync(trap, 0o777);
    const server = createServer().listen(join(trap, "trap.sock"));
    await expect(
      findSocket("trap", { env: {}, uid, tmpdir: place, run: join(place, "run") }),
    ).rejects.toThrow(/no running/);
    await new Promise((resolve) => server.close(resolve));
  });
});
