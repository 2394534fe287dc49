import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Caller, install, uninstall } from "../../src/cli/install.ts";
import { INSTALLED_FILES, MANIFEST, targetOf } from "../../src/install/files.ts";

/** The root of a machine that does not run, with the program in it. */
let root = "";
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), "knxpi-install-"));
  put("/usr/local/bin/knxpi", "");
  put("/etc/passwd", "root:x:0:0::/root:/bin/sh\nknxpi:x:987:654::/:/usr/sbin/nologin\n");
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const put = (path: string, text: string): void => {
  fs.mkdirSync(dirname(join(root, path)), { recursive: true });
  fs.writeFileSync(join(root, path), text);
};
const read = (path: string): string => fs.readFileSync(join(root, path), "utf8");
const exists = (path: string): boolean => fs.existsSync(join(root, path));

/** Every file below the root with its content and permissions. */
const tree = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fs
      .readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [
        path.slice(root.length),
        `${(fs.statSync(path).mode & 0o7777).toString(8)} ${fs.readFileSync(path, "utf8")}`,
      ]),
  );

const TARGETS = INSTALLED_FILES.map((file) => targetOf(file, "command"));
const UNIT = "/etc/systemd/system/knxpi.service";
const HOUSE = "/etc/knxpi/house.yaml";

type Spoilt = Readonly<{ program?: string; chown?: true }>;

/** @param fails what goes wrong: a command with this word in it, or giving a file away */
const somebody = (fails: Spoilt = {}, rest: Partial<Caller> = {}) => {
  const said: string[] = [];
  const ran: string[] = [];
  const owned: string[] = [];
  const caller: Caller = {
    uid: 0,
    node: "/usr/bin/node",
    program: "/usr/lib/node_modules/knxpi/dist/main.js",
    hasSystemd: true,
    print: (line) => said.push(line),
    commands: {
      run(words) {
        if (fails.program !== undefined && words.includes(fails.program))
          throw new Error("it does not like it");
        ran.push(words.join(" "));
      },
      chown(_, uid, gid) {
        if (fails.chown) throw new Error("EPERM");
        owned.push(`${uid}:${gid}`);
      },
    },
    ...rest,
  };
  return { caller, said, ran, owned, text: () => said.join("\n") };
};
const apply = async (options: object = {}, who = somebody()) => ({
  ...who,
  code: await install({ root, apply: true, ...options }, who.caller),
});
const remove = async (options: object = {}, who = somebody()) => ({
  ...who,
  code: await uninstall({ root, apply: true, ...options }, who.caller),
});

describe("installing", () => {
  test("without --apply every file and command is named, and nothing is done", async () => {
    const before = tree();
    const who = somebody();
    expect(await install({ root }, who.caller)).toBe(0);
    for (const path of TARGETS) expect(who.text()).toMatch(new RegExp(`new +${path}`));
    expect(who.text()).toContain("run        systemctl --root=");
    expect(who.text()).toContain("Nothing has been changed");
    expect(tree()).toEqual(before);
    expect(who.ran).toEqual([]);
  });

  test("whatever is written or removed was named before, and nothing else", async () => {
    /** What is said to change without `--apply`, and what does with it. */
    const changes = async (command: typeof install, options: object = {}) => {
      const [before, asked, done] = [tree(), somebody(), somebody()];
      await command({ root, ...options }, asked.caller);
      await command({ root, apply: true, ...options }, done.caller);
      const after = tree();
      const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (path) => before[path] !== after[path],
      );
      for (const { said } of [asked, done]) {
        const named = said.flatMap(
          (line) => line.match(/^ {2}(?:new|update|replace|remove) +(.+)/)?.[1] ?? [],
        );
        expect(named.toSorted()).toEqual(changed.toSorted());
      }
      return changed;
    };
    expect(await changes(install)).toContain(MANIFEST);
    put(UNIT, "mine\n");
    expect(await changes(install, { replace: true })).toContain(`${UNIT}.bak`);
    put(UNIT, "mine again\n");
    await changes(install, { replace: true });
    expect(read(`${UNIT}.bak`)).toBe("mine again\n");
    expect(await changes(install, { replace: true })).toEqual([]);
    expect(await changes(uninstall)).toContain(MANIFEST);
  });

  test("writes them, gives the configuration to the service, and runs the commands", async () => {
    const { code, ran, owned } = await apply();
    expect(code).toBe(0);
    expect(TARGETS.filter((path) => !exists(path))).toEqual([]);
    expect(read(UNIT)).toContain("ExecStart=/usr/local/bin/knxpi run ");
    expect(fs.statSync(join(root, UNIT)).mode & 0o777).toBe(0o644);
    expect(fs.statSync(join(root, HOUSE)).mode & 0o777).toBe(0o640);
    expect(owned).toEqual(["987:654"]);
    expect(ran).toEqual([
      `systemd-sysusers --root=${root} knxpi.conf`,
      `systemd-tmpfiles --root=${root} --create knxpi.conf`,
      `systemctl --root=${root} enable knxpi.service`,
    ]);
  });

  test("a second time there is nothing to do", async () => {
    await apply();
    const before = tree();
    const { code, text, ran } = await apply();
    expect({ code, ran }).toEqual({ code: 0, ran: [] });
    expect(text()).toContain("Nothing to do.");
    expect(tree()).toEqual(before);
  });

  test("a configuration that is there is not touched, whatever is asked for", async () => {
    put(HOUSE, "version: 1\n# mine\n");
    const offered = join(root, "offered.yaml");
    fs.copyFileSync("systemd/house.yaml", offered);
    const { code } = await apply({ config: offered, replace: true });
    expect(code).toBe(0);
    expect(read(HOUSE)).toBe("version: 1\n# mine\n");
  });

  test("another configuration than the example", async () => {
    const offered = join(root, "offered.yaml");
    const text = fs.readFileSync("systemd/house.yaml", "utf8").replace("1.1.250", "1.1.77");
    fs.writeFileSync(offered, text);
    await apply({ config: offered });
    expect(read(HOUSE)).toBe(text);
  });

  test("one with errors is refused, and nothing done", async () => {
    put("/bad.yaml", "version: 1\ninstance: house\nknx: {port: auto, adress: 1.1.250}\n");
    const before = tree();
    const { code, text } = await apply({ config: join(root, "bad.yaml") });
    expect(code).toBe(1);
    expect(text()).toMatch(/bad\.yaml:3:\d+ .*adress/);
    expect(tree()).toEqual(before);
  });

  test("what somebody has changed is shown and stays; --replace keeps it beside", async () => {
    await apply();
    put(UNIT, read(UNIT).replace("WatchdogSec=30", "WatchdogSec=7"));
    const first = await apply();
    expect(first.text()).toContain("- WatchdogSec=7\n  + WatchdogSec=30");
    expect(read(UNIT)).toContain("WatchdogSec=7");
    await apply({ replace: true });
    expect(read(UNIT)).toContain("WatchdogSec=30");
    expect(read(`${UNIT}.bak`)).toContain("WatchdogSec=7");
  });

  test("a .bak of somebody else is not written over: what it would keep stays where it is", async () => {
    await apply();
    put(UNIT, "mine\n");
    put(`${UNIT}.bak`, "older\n");
    const { text } = await apply({ replace: true });
    expect(text()).toContain(`changed    ${UNIT}`);
    expect([read(UNIT), read(`${UNIT}.bak`)]).toEqual(["mine\n", "older\n"]);
  });

  test.each([["systemd-sysusers"], ["systemd-tmpfiles"], ["enable"]])(
    "%s fails: the files are as they were, and what stays is said",
    async (program) => {
      put("/etc/systemd/system/knxpi.slice", "# mine\n");
      const before = tree();
      const { code, text } = await apply({ replace: true }, somebody({ program }));
      expect(code).toBe(1);
      expect(text()).toContain("it does not like it");
      expect(text()).toContain("All files are as they were before.");
      expect(tree()).toEqual(before);
      const { code: again } = await apply();
      expect(again).toBe(0);
    },
  );

  test("the configuration cannot be given away: taken back as well, the commands that ran are named", async () => {
    const before = tree();
    const { code, text } = await apply({}, somebody({ chown: true }));
    expect(code).toBe(1);
    expect(text()).toMatch(/These commands had been run.*systemd-sysusers/);
    expect(tree()).toEqual(before);
  });

  test("a folder where a file is to be: nothing is left half done", async () => {
    fs.mkdirSync(join(root, UNIT, "x"), { recursive: true });
    const before = tree();
    const { code } = await apply({ replace: true });
    expect(code).toBe(1);
    expect(tree()).toEqual(before);
  });
});

describe("refused", () => {
  // biome-ignore format: read by column
  const ROWS: readonly (readonly [is: string, options: object, rest: Partial<Caller>, says: RegExp])[] = [
    ["not root",                     { apply: true },                  { uid: 1000 },                          /sudo knxpi install --apply/],
    ["no systemd",                   { root: undefined },              { hasSystemd: false },                  /not run by systemd/],
    ["Node in somebody's home",      { root: undefined },              { node: "/home/pi/.nvm/bin/node" },     /cannot see \/home/],
    ["the program in root's home",   { root: undefined },              { program: "/root/knxpi/dist/main.js" }, /cannot see \/root/],
  ];
  test.each(ROWS)("%s", async (_, options, rest, says) => {
    const who = somebody({}, rest);
    expect(await install({ root, ...options }, who.caller)).toBe(1);
    expect(who.text()).toMatch(says);
  });

  test("installed by the package manager", async () => {
    put("/usr/lib/systemd/system/knxpi.service", "");
    const [first, second] = [await apply(), await remove()];
    expect([first.code, second.code]).toEqual([1, 1]);
    expect(second.text()).toContain("apt remove knxpi");
  });

  test("an image without the program", async () => {
    fs.rmSync(join(root, "/usr/local/bin/knxpi"));
    const { code, text } = await apply();
    expect(code).toBe(1);
    expect(text()).toContain("there is no knxpi below");
  });
});

describe("uninstalling", () => {
  test("takes away what was written, and nothing else", async () => {
    const before = tree();
    await apply();
    const { code } = await remove();
    expect(code).toBe(0);
    const { [HOUSE]: house, ...after } = tree();
    expect(house).toBeDefined();
    expect(after).toEqual(before);
    expect((await remove()).text()).toContain("Nothing to do.");
  });

  test("--purge: configuration and the state of every instance", async () => {
    await apply();
    put("/var/lib/knxpi/values.json", "{}");
    put("/var/lib/knxpi-second/values.json", "{}");
    put("/var/lib/knxd/x", "");
    await remove({ purge: true });
    const left = ["/etc/knxpi", "/var/lib/knxpi", "/var/lib/knxpi-second", "/var/lib/knxd"];
    expect(left.map(exists)).toEqual([false, false, false, true]);
  });

  test("--purge: what --replace kept, unless somebody has changed it; no other .bak", async () => {
    const slice = "/etc/systemd/system/knxpi.slice";
    await apply();
    put(UNIT, "mine\n");
    put(slice, "mine\n");
    await apply({ replace: true });
    await apply({ replace: true });
    put(`${slice}.bak`, "better\n");
    put("/etc/systemd/system/knxpi@.service.bak", "");
    const who = somebody();
    await uninstall({ root }, who.caller);
    expect(who.text()).toContain(`stays      ${UNIT}.bak`);
    const { text } = await remove({ purge: true });
    expect(text()).toContain(`remove     ${UNIT}.bak`);
    expect(text()).toContain(`stays      ${slice}.bak`);
    const left = [UNIT, slice, "/etc/systemd/system/knxpi@.service"].map((path) => `${path}.bak`);
    expect(left.map(exists)).toEqual([false, true, true]);
  });

  test("what --replace kept is known after an uninstall, to the next installation and to --purge", async () => {
    await apply();
    put(UNIT, "mine\n");
    await apply({ replace: true });
    await remove();
    expect([exists(UNIT), read(`${UNIT}.bak`)]).toEqual([false, "mine\n"]);
    await apply();
    put(UNIT, "mine again\n");
    await apply({ replace: true });
    expect(read(`${UNIT}.bak`)).toBe("mine again\n");
    await remove();
    await remove({ purge: true });
    expect([exists(`${UNIT}.bak`), exists(MANIFEST)]).toEqual([false, false]);
  });

  test("what somebody has changed stays", async () => {
    await apply();
    put(UNIT, "mine\n");
    const { text } = await remove();
    expect(text()).toContain(`changed    ${UNIT}`);
    expect(read(UNIT)).toBe("mine\n");
  });

  test("a spoilt manifest: what is as we would write it is recognised", async () => {
    await apply();
    put(MANIFEST, "{not json");
    await remove();
    expect(TARGETS.filter((path) => path !== HOUSE && exists(path))).toEqual([]);
  });
});
