import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { loadConfigFile } from "../../src/config/file.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-credentials-"));
const config = join(folder, "house.yaml");
writeFileSync(
  config,
  `version: 1
instance: house
knx: {port: auto, address: 1.1.250}
mqtt:
  url: mqtt://broker.lan:1883
  username: knxpi
  password_file: \${CREDENTIALS_DIRECTORY}/knxpi.mqtt-password
`,
);
afterAll(() => rmSync(folder, { recursive: true }));

const before = process.env["CREDENTIALS_DIRECTORY"];
const setDirectory = (path: string | undefined): void => {
  if (path === undefined) delete process.env["CREDENTIALS_DIRECTORY"];
  else process.env["CREDENTIALS_DIRECTORY"] = path;
};
beforeEach(() => setDirectory(undefined));
afterEach(() => setDirectory(before));

test("a credential of systemd is the password", async () => {
  const directory = join(folder, "run");
  writeFileSync(join(folder, "knxpi.mqtt-password"), "open sesame\n");
  setDirectory(folder);
  const loaded = await loadConfigFile(config);
  expect(loaded.ok && loaded.config.mqtt.password).toBe("open sesame");
  setDirectory(directory);
  const missing = await loadConfigFile(config);
  expect(missing.ok ? [] : missing.errors.map(({ code }) => code)).toContain("unreadable");
});

test("checked outside of the service it is looked for where the service gets it from", async () => {
  const loaded = await loadConfigFile(config);
  const said = loaded.ok ? [] : loaded.errors.map(({ message }) => message);
  expect(said.join()).toContain("/etc/credstore/knxpi.mqtt-password");
});
