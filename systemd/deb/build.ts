import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Architecture } from "./architecture.ts";
import { changelog, control, debianVersion, type Package } from "./control.ts";
import { keep } from "./keep.ts";
import { type Bundled, copyright } from "./licences.ts";
import { adapted, DOC, HOME, places } from "./places.ts";

const FOLDERS = ["dist", "firmware-notes", "systemd"];
const SCRIPTS = ["postinst", "prerm", "postrm"];

/**
 * The first is for uploads to Debian itself; the second is a file of csv-parse that only has that name; the third starts what ran
 * without being enabled, which deb-systemd-invoke would not.
 */
const OVERRIDES = `knxpi: initial-upload-closes-no-bugs *
knxpi: embedded-javascript-library please use libjs-underscore *csv-parse*
knxpi: maintainer-script-calls-systemctl *postinst*
`;

export type Build = Readonly<{
  /** Of the project: `dist` must be there. */
  project: string;
  /** node_modules without what is for developers. */
  modules: string;
  out: string;
  version: string | undefined;
  maintainer: string;
  /** Seconds since 1970: the same source at the same time is the same package, octet for octet. */
  at: number;
  compression: "xz" | "none";
}>;

/** What runs needs, as the lockfile says, without a script of anybody. */
export const installModules = (project: string, folder: string): string => {
  for (const name of ["package.json", "package-lock.json"])
    copyFileSync(join(project, name), join(folder, name));
  execFileSync("npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return join(folder, "node_modules");
};

/** @returns path of the package */
export const buildPackage = (build: Build, architecture: Architecture): string => {
  const stage = mkdtempSync(join(tmpdir(), "knxpi-deb-"));
  try {
    const read: Package = JSON.parse(readFileSync(join(build.project, "package.json"), "utf8"));
    const from = { ...read, version: build.version ?? read.version };
    placeFiles(build, from, stage);
    placeModules(build.modules, join(stage, HOME, "node_modules"), architecture);
    placeTexts(build, from, stage);
    placeControl(build, from, architecture, stage);
    sameEverywhere(stage, build.at);
    const file = join(build.out, `knxpi_${debianVersion(from.version)}_${architecture}.deb`);
    mkdirSync(build.out, { recursive: true });
    execFileSync(
      "dpkg-deb",
      ["--root-owner-group", `-Z${build.compression}`, "--build", stage, file],
      {
        env: { ...process.env, SOURCE_DATE_EPOCH: String(build.at) },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    return file;
  } finally {
    rmSync(stage, { recursive: true });
  }
};

const placeFiles = ({ project }: Build, from: Package, stage: string): void => {
  const files = FOLDERS.flatMap((folder) =>
    filesBelow(join(project, folder)).map((file) => `${folder}/${file}`),
  );
  for (const place of places([...files, "package.json", "README.md"])) {
    const text = adapted(place.from, readFileSync(join(project, place.from), "utf8"));
    put(join(stage, place.to), place.from === "package.json" ? versioned(text, from) : text);
  }
  chmodSync(join(stage, HOME, "dist/main.js"), 0o755);
  mkdirSync(join(stage, "usr/bin"));
  symlinkSync("../lib/knxpi/dist/main.js", join(stage, "usr/bin/knxpi"));
};

const versioned = (text: string, { version }: Package): string =>
  `${JSON.stringify({ ...JSON.parse(text), version }, undefined, 2)}\n`;

const placeModules = (modules: string, to: string, architecture: Architecture): void => {
  for (const file of filesBelow(modules).filter((path) => keep(path, architecture))) {
    const octets = readFileSync(join(modules, file));
    if (!isProgram(octets)) put(join(to, file), octets);
  }
};

/** Of a package for those who call it by hand (`#!`): nobody imports it. */
const isProgram = (octets: Uint8Array): boolean => octets[0] === 0x23 && octets[1] === 0x21;

const placeTexts = (
  { project, modules, maintainer, at }: Build,
  from: Package,
  stage: string,
): void => {
  put(join(stage, DOC, "copyright"), copyright(bundledIn(modules)));
  put(join(stage, DOC, "changelog.Debian.gz"), gzip(changelog(from, maintainer, at)));
  put(join(stage, "usr/share/lintian/overrides/knxpi"), OVERRIDES);
  const manual = readFileSync(join(project, "systemd/deb/debian/knxpi.1"), "utf8");
  put(join(stage, "usr/share/man/man1/knxpi.1.gz"), gzip(manual));
};

const gzip = (text: string): Uint8Array => gzipSync(text, { level: 9 });

const bundledIn = (modules: string): readonly Bundled[] =>
  filesBelow(modules)
    .filter((file) => /(^|\/node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
    .filter((file) => keep(file, "amd64"))
    .map((file) => {
      const { version, license } = JSON.parse(readFileSync(join(modules, file), "utf8"));
      const folder = dirname(file);
      const text = readdirSync(join(modules, folder)).find((name) => /^licen[cs]e/i.test(name));
      return {
        name: folder,
        version: String(version),
        licence: String(license),
        text: text === undefined ? undefined : readFileSync(join(modules, folder, text), "utf8"),
      };
    });

const placeControl = (
  build: Build,
  from: Package,
  architecture: Architecture,
  stage: string,
): void => {
  const files = filesBelow(stage);
  const contents = files.map((file) => readIfFile(join(stage, file)));
  const kilobytes = contents.reduce(
    (sum, octets) => sum + Math.ceil((octets?.length ?? 0) / 1024),
    0,
  );
  const sums = files.flatMap((file, i) => {
    const octets = contents[i];
    return octets === undefined
      ? []
      : `${createHash("md5").update(octets).digest("hex")}  ${file}\n`;
  });
  const debian = join(stage, "DEBIAN");
  put(join(debian, "md5sums"), sums.join(""));
  put(join(debian, "control"), control(from, architecture, build.maintainer, kilobytes));
  for (const script of SCRIPTS) {
    cpSync(join(build.project, "systemd/deb/debian", script), join(debian, script));
    chmodSync(join(debian, script), 0o755);
  }
};

/** Times, and permissions where the umask of who builds had a say. */
const sameEverywhere = (stage: string, at: number): void => {
  for (const path of [...readdirSync(stage, { recursive: true, encoding: "utf8" }), "."]) {
    const full = join(stage, path);
    const status = lstatSync(full);
    if (status.isDirectory()) chmodSync(full, 0o755);
    lutimesSync(full, at, at);
  }
};

const put = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, 0o644);
};

/** Files and links below a folder, sorted, relative to it. */
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

const readIfFile = (path: string): Uint8Array | undefined =>
  lstatSync(path).isFile() ? readFileSync(path) : undefined;
