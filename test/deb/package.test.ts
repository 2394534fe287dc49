import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { INSTALLED_FILES, SERVICE_USER } from "../../src/install/files.ts";
import { buildPackage } from "../../systemd/deb/build.ts";

const { CI } = process.env;
const missing = [
  ...(spawnSync("dpkg-deb", ["--version"]).error === undefined ? [] : ["dpkg-deb"]),
  ...(existsSync("dist/main.js") ? [] : ["dist/ (npm run build)"]),
];

describe.skipIf(missing.length > 0 && CI === undefined)(
  `the Debian package (needs dpkg-deb and dist/)`,
  () => {
    let folder = "";
    let file = "";
    let listed: readonly (readonly [mode: string, owner: string, path: string])[] = [];
    const build = (): string => {
      const given = { project: process.cwd(), modules: join(folder, "node_modules"), out: folder };
      const rest = { version: "9.8.7", maintainer: "A <a@b.example>", at: 1_770_091_506 } as const;
      return buildPackage({ ...given, ...rest, compression: "none" }, "arm64");
    };
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "knxpi-package-"));
      // The one package with something in it that depends on the processor stands for all.
      const binding = "node_modules/@serialport/bindings-cpp";
      mkdirSync(join(folder, binding), { recursive: true });
      cpSync(binding, join(folder, binding), { recursive: true });
      file = build();
      listed = execFileSync("dpkg-deb", ["-c", file], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map((line) => {
          const [mode = "", owner = "", , , , ...path] = line.split(/\s+/);
          return [mode, owner, path.join(" ")];
        });
    }, 60_000);
    afterAll(() => rmSync(folder, { recursive: true }));

    const paths = (): readonly string[] => listed.map(([, , path]) => path);
    const control = (field: string): string =>
      execFileSync("dpkg-deb", ["-f", file, field], { encoding: "utf8" }).trim();

    test("is named and labelled as dpkg wants it", () => {
      expect(file).toBe(join(folder, "knxpi_9.8.7-1_arm64.deb"));
      expect([control("Package"), control("Version"), control("Architecture")]).toEqual([
        "knxpi",
        "9.8.7-1",
        "arm64",
      ]);
    });

    test("the program is at its place, and starts with Debian's Node", () => {
      expect(paths()).toContain("./usr/bin/knxpi -> ../lib/knxpi/dist/main.js");
      const main = listed.find(([, , path]) => path === "./usr/lib/knxpi/dist/main.js");
      expect(main?.[0]).toBe("-rwxr-xr-x");
      execFileSync("dpkg-deb", ["-x", file, join(folder, "x")]);
      const text = readFileSync(join(folder, "x/usr/lib/knxpi/dist/main.js"), "utf8");
      expect(text.split("\n")[0]).toBe("#!/usr/bin/node");
      const installed = JSON.parse(
        readFileSync(join(folder, "x/usr/lib/knxpi/package.json"), "utf8"),
      );
      expect(installed.version).toBe("9.8.7");
    });

    test("all is root's, and nobody else may write", () => {
      expect(listed.filter(([, owner]) => owner !== "root/root")).toEqual([]);
      expect(listed.filter(([mode]) => !/^l|^.{5}-.{2}-/.test(mode))).toEqual([]);
    });

    test.each(INSTALLED_FILES.filter(({ kind }) => kind !== "configuration"))(
      "$source is where the machine looks for it",
      ({ directory, name }) => {
        expect(paths()).toContain(`.${directory.package}/${name}`);
      },
    );

    test("nothing is in /etc, /var or /home: what people write is theirs", () => {
      expect(paths().filter((path) => !path.startsWith("./usr/") && path !== "./")).toEqual([]);
    });

    test("binaries of this processor alone, no maps, no types", () => {
      expect(paths().filter((path) => path.endsWith(".node"))).toEqual([
        expect.stringContaining("/prebuilds/linux-arm64/@serialport+bindings-cpp.armv8.glibc.node"),
      ]);
      expect(paths().filter((path) => /\.(map|d\.ts)$/.test(path))).toEqual([]);
    });

    test("built again it is the same, octet for octet", () => {
      const first = readFileSync(file);
      expect(readFileSync(build()).equals(first)).toBe(true);
    }, 60_000);
  },
);

describe("maintainer scripts", () => {
  const script = (name: string): string => `systemd/deb/debian/${name}`;

  test.each(["postinst", "prerm", "postrm"])("%s is right as a script of sh", (name) => {
    expect(spawnSync("sh", ["-n", script(name)], { encoding: "utf8" }).stderr).toBe("");
  });

  test("postinst gives the configuration the owner and mode that knxpi install gives it", () => {
    const text = readFileSync(script("postinst"), "utf8");
    for (const { mode, name } of INSTALLED_FILES.filter(({ kind }) => kind === "configuration")) {
      expect(text).toContain(`/etc/knxpi/${name}"`);
      expect(text).toContain(`chmod 0${mode.toString(8)} "$CONFIGURATION.new"`);
      expect(text).toContain(`chown ${SERVICE_USER}:${SERVICE_USER} "$CONFIGURATION.new"`);
    }
  });
});
