import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfigFile } from "../../src/config/file.ts";
import { INSTALLED_FILES, targetOf } from "../../src/install/files.ts";

const SOURCES = join(import.meta.dirname, "../../systemd");
const SYSTEM_UNITS = "/usr/lib/systemd/system";
const read = (name: string): string => readFileSync(join(SOURCES, name), "utf8");

const hasSystemd = (): boolean => {
  try {
    execFileSync("systemd-analyze", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const WITHOUT = !hasSystemd();
if (WITHOUT && process.env["CI"] !== undefined)
  throw new Error("systemd-analyze is missing: apt-get install systemd");

const root = mkdtempSync(join(tmpdir(), "knxpi-units-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text: string, mode = 0o644): void => {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text, { mode });
};

const analyze = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
  return { status, said: `${stdout}${stderr}` };
};

describe.skipIf(WITHOUT)("systemd-analyze (needs systemd)", () => {
  /** A machine with nothing but what the units name. */
  beforeAll(() => {
    cpSync(SYSTEM_UNITS, join(root, SYSTEM_UNITS), { recursive: true, verbatimSymlinks: true });
    for (const program of ["/usr/bin/knxpi", "/bin/kill"]) put(program, "#!/bin/sh\n", 0o755);
    for (const file of INSTALLED_FILES)
      if (file.kind === "unit") put(targetOf(file, "package"), read(file.source));
  });

  test("verify finds nothing, in the units of both lines and in the slice", () => {
    const units = ["knxpi.service", "knxpi@second.service", "knxpi.slice"];
    expect(analyze("verify", `--root=${root}`, ...units)).toEqual({ status: 0, said: "" });
  });

  test("and would find a word that systemd does not know", () => {
    const wrong = `${read("knxpi.service")}\n[Service]\nRestartStep=3\n`;
    put(`${SYSTEM_UNITS}/knxpi-wrong.service`, wrong);
    expect(analyze("verify", `--root=${root}`, "knxpi-wrong.service").said).toContain(
      "RestartStep",
    );
  });

  test.each(["knxpi.service", "knxpi@.service"])("security of %s: exposed 2.0 at most", (unit) => {
    const { said } = analyze("security", "--offline=true", "--no-pager", join(SOURCES, unit));
    const [, exposure = "10"] = /Overall exposure level for .*: ([\d.]+)/.exec(said) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(2);
  });
});

const START = "ExecStart=/usr/bin/knxpi run";
const STATE = ["$", "{STATE_DIRECTORY}"].join("");

test("the unit of a further line is the same but for what belongs to a line", () => {
  const [one, further] = ["knxpi.service", "knxpi@.service"].map((name) =>
    read(name)
      .split("\n")
      .filter((line) => !/^#|^Description=/.test(line)),
  );
  expect(further?.filter((line) => !one?.includes(line))).toEqual([
    `${START} --config /etc/knxpi/%i.yaml --state ${STATE}`,
    "StateDirectory=knxpi-%i",
  ]);
  expect(one?.filter((line) => !further?.includes(line))).toEqual([
    `${START} --config /etc/knxpi/house.yaml --state ${STATE}`,
    "StateDirectory=knxpi",
  ]);
});

test.each(["knxpi.service", "knxpi@.service"])("%s starts whatever is not there yet", (unit) => {
  // Whoever waits for one of these waits for ever on some machine.
  expect(read(unit)).not.toMatch(
    /^(Requires|Requisite|BindsTo|PartOf|Condition\w+|Assert\w+)=|^(Wants|After)=.*(network-online|time-sync|\.device)/m,
  );
  expect(read(unit)).toMatch(/^StartLimitIntervalSec=0$/m);
});

test("the example is a sound configuration", async () => {
  const loaded = await loadConfigFile(join(SOURCES, "house.yaml"));
  expect(loaded.ok && loaded.warnings).toEqual([]);
});

test("every file that is installed is there, and is in the npm package", () => {
  for (const { source } of INSTALLED_FILES) expect(read(source)).not.toBe("");
  const { files }: { files: readonly string[] } = JSON.parse(read("../package.json"));
  expect(files.some((entry) => entry === "systemd" || entry.startsWith("systemd/"))).toBe(true);
});
