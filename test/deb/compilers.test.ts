import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ARCHITECTURES } from "../../systemd/deb/architecture.ts";

type Locked = Readonly<{ dev?: boolean; hasInstallScript?: boolean }>;

/** Its script compiles only where no binary for the processor comes with it. */
const BINDING = "node_modules/@serialport/bindings-cpp";

const lock: { packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync("package-lock.json", "utf8"),
);
const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && !dev);

test("a Pi needs no compiler: one package has an install script, and it brings its binaries", () => {
  const scripts = shipped.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  expect(scripts.map(([path]) => path)).toEqual([BINDING]);
});

test.each(Object.entries(ARCHITECTURES))("a binary of the serial port for %s", (_, folder) => {
  const binaries = readdirSync(join(BINDING, "prebuilds", folder));
  expect(binaries.filter((name) => name.includes("glibc"))).not.toEqual([]);
});

test("no other package that runs is there to be compiled", () => {
  const compiled = shipped.filter(([path]) => existsSync(join(path, "binding.gyp")));
  expect(compiled.map(([path]) => path)).toEqual([BINDING]);
});
