import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ARCHITECTURES, isArchitecture } from "./architecture.ts";
import { type Build, buildPackage, installModules } from "./build.ts";

const USAGE = `npm run deb [-- OPTION …]: packages for Debian 13, Raspberry Pi OS and what is like them, in build/
  --arch NAME      amd64, arm64 or armhf; may stand more than once. All of them, if left out
  --version TEXT   instead of that in package.json
  --out FOLDER     instead of build
DEBFULLNAME and DEBEMAIL name the maintainer, SOURCE_DATE_EPOCH the time.
`;

const main = (): void => {
  const { values } = parseArgs({
    options: {
      arch: { type: "string", multiple: true },
      version: { type: "string" },
      out: { type: "string", default: "build" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const names = values.arch ?? Object.keys(ARCHITECTURES);
  const wrong = names.find((name) => !isArchitecture(name));
  if (wrong !== undefined) throw new Error(`--arch ${wrong}: amd64, arm64 or armhf`);
  if (!existsSync("dist/main.js")) throw new Error("dist/main.js is not there: npm run build");

  const folder = mkdtempSync(join(tmpdir(), "knxpi-modules-"));
  try {
    const build: Build = {
      project: process.cwd(),
      modules: installModules(process.cwd(), folder),
      out: values.out,
      version: values.version,
      maintainer: maintainer(),
      at: time(),
      compression: "xz",
    };
    for (const architecture of names.filter(isArchitecture)) {
      const file = buildPackage(build, architecture);
      process.stdout.write(`${file} ${(statSync(file).size / 1e6).toFixed(1)} MB\n`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Of the commit, so that it can be built again later. Without a repository: now. */
const time = (): number => {
  const given = Number(process.env["SOURCE_DATE_EPOCH"]);
  if (Number.isInteger(given)) return given;
  try {
    return Number(
      execFileSync("git", ["log", "-1", "--format=%ct"], { stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return Math.floor(Date.now() / 1000);
  }
};

/** As Debian's tools have it. */
const maintainer = (): string =>
  `${process.env["DEBFULLNAME"] ?? "knxpi"} <${process.env["DEBEMAIL"] ?? "knxpi@knxpi.invalid"}>`;

try {
  main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
