import { describe, expect, test } from "vitest";
import { keep, packageOf } from "../../systemd/deb/keep.ts";

const BINDINGS = "@serialport/bindings-cpp/prebuilds";

// biome-ignore format: read by column
const FILES = [ //                                                                      amd64  arm64  armhf
  { file: "zod/v4/core/api.js",                                                         on: "amd64  arm64  armhf" },
  { file: "zod/v4/core/api.cjs",                                                        on: "amd64  arm64  armhf" },
  { file: "zod/package.json",                                                           on: "amd64  arm64  armhf" },
  { file: "zod/src/v4/core/api.ts",                                                     on: "" },
  { file: "zod/v4/core/api.d.cts",                                                      on: "" },
  { file: "csv-parse/lib/sync.js",                                                      on: "amd64  arm64  armhf" },
  { file: "csv-parse/dist/umd/sync.js",                                                 on: "" },
  { file: "yaml/dist/doc/Document.js",                                                  on: "amd64  arm64  armhf" },
  { file: "aedes/docs/Aedes.md",                                                        on: "" },
  { file: "aedes/test/auth.js",                                                         on: "" },
  { file: "mqtt/node_modules/debug/src/node.js",                                        on: "amd64  arm64  armhf" },
  { file: "mqtt/node_modules/debug/LICENSE",                                            on: "" },
  { file: "mqtt/dist/mqtt.min.js",                                                      on: "" },
  { file: "@types/node/package.json",                                                   on: "" },
  { file: ".bin/mqtt",                                                                  on: "" },
  { file: "pino/.github/workflows/ci.js",                                               on: "" },
  { file: `${BINDINGS}/linux-x64/@serialport+bindings-cpp.glibc.node`,                  on: "amd64" },
  { file: `${BINDINGS}/linux-x64/@serialport+bindings-cpp.musl.node`,                   on: "" },
  { file: `${BINDINGS}/linux-arm64/@serialport+bindings-cpp.armv8.glibc.node`,          on: "arm64" },
  { file: `${BINDINGS}/linux-arm/@serialport+bindings-cpp.armv6.glibc.node`,            on: "armhf" },
  { file: `${BINDINGS}/linux-arm/@serialport+bindings-cpp.armv7.glibc.node`,            on: "armhf" },
  { file: `${BINDINGS}/android-arm64/@serialport+bindings-cpp.armv8.node`,              on: "" },
  { file: `${BINDINGS}/darwin-x64+arm64/@serialport+bindings-cpp.node`,                 on: "" },
];

test.each(FILES)("$file: $on", ({ file, on }) => {
  const kept = (["amd64", "arm64", "armhf"] as const).filter((name) => keep(file, name));
  expect(kept.join("  ")).toBe(on);
});

describe("whose file it is", () => {
  test.each([
    { path: "ms/index.js", name: "ms", rest: "index.js" },
    { path: "@b/c/lib/x.js", name: "@b/c", rest: "lib/x.js" },
    { path: "a/node_modules/@b/c/x.js", name: "@b/c", rest: "x.js" },
    { path: "a/node_modules/b/node_modules/c/x.js", name: "c", rest: "x.js" },
  ])("$path", ({ path, name, rest }) => {
    expect(packageOf(path)).toEqual({ name, rest });
  });
});
