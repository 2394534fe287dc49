import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { type Loaded, loadConfig } from "../../src/config/load.ts";
import { makePki, PASSWORD, type Pki } from "../pki.ts";

let folder: string;
let pki: Pki;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "knxpi-listen-"));
  pki = makePki(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const SECRETS: Readonly<Record<string, string>> = {
  "/run/anna": "from a file\n",
  "/run/none": "\n",
};

/** @param listen what stands below `mqtt.listen`, JSON being YAML */
const load = (listen: unknown, mqtt: object = {}, mode = 0o600): Loaded =>
  loadConfig(JSON.stringify({ knx: { address: "1.1.250" }, mqtt: { ...mqtt, listen } }, null, 1), {
    path: "/home/house.yaml",
    env: { ANNA: "from the environment" },
    mode,
    readFile: (path) => SECRETS[path] ?? readFileSync(path, "utf8"),
  });

const withoutPlace = (findings: Loaded["warnings"]): readonly string[] =>
  findings.map((found) => formatFinding("f", found).replace(/^f:\d+:\d+ mqtt\./, ""));

const errors = (...args: Parameters<typeof load>): readonly string[] => {
  const loaded = load(...args);
  return loaded.ok ? [] : withoutPlace(loaded.errors);
};

const listen = (said: unknown) => {
  const loaded = load(said);
  if (!loaded.ok) throw new Error(withoutPlace(loaded.errors).join("\n"));
  return loaded.config.mqtt.listen;
};

/** Not a template: the configuration fills it. */
const FROM_ENV = `$${"{ANNA}"}`;
const ANNA = { name: "anna", password: "x" };
const OUTSIDE = { host: "0.0.0.0", users: [ANNA] };

test("nothing said: no listen, as ever", () => {
  expect(listen(undefined)).toBeUndefined();
});

test("what is left out", () => {
  expect(listen({ users: [ANNA] })).toEqual({
    host: "127.0.0.1",
    port: 1883,
    users: [{ name: "anna", password: "x", read: ["#"], write: ["#"], admin: false }],
    connections: 100,
    payload: 1_048_576,
    messages: 1_000,
  });
});

test("passwords from a file, from the environment; certificates from files", () => {
  const { cert, key } = pki.server;
  const found = listen({
    host: "::",
    websocket: 9001,
    tls: { cert, key, ca: pki.ca },
    users: [
      { name: "anna", password_file: "/run/anna", admin: true },
      { name: "berta", password: FROM_ENV, read: ["knx/#"], write: ["knx/ga/1/+/+/set"] },
    ],
  });
  expect(found).toMatchObject({
    port: 8883,
    websocket: 9001,
    users: [
      { password: "from a file", admin: true },
      { password: "from the environment", read: ["knx/#"], write: ["knx/ga/1/+/+/set"] },
    ],
  });
  expect(found?.tls?.key).toMatch(/^-----BEGIN PRIVATE KEY/);
  expect(found?.tls?.ca).toMatch(/^-----BEGIN CERTIFICATE/);
});

describe("what cannot be", () => {
  test("beyond this machine without users, on every address that is not of this machine", () => {
    for (const host of ["0.0.0.0", "::", "192.168.1.7", "house.lan", "128.0.0.1"])
      expect(errors({ host })).toEqual([
        "listen.host: beyond this machine the broker needs users with passwords, for whoever reaches it commands the house: add users, or leave host at 127.0.0.1 (open_broker)",
      ]);
    for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
      expect(errors({ host })).toEqual([]);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "no password",   user: { name: "anna" },                                      says: "listen.users[0]: password or password_file is needed (missing)" },
    { is: "an empty one",  user: { name: "anna", password: "" },                        says: "listen.users[0]: the password is empty (bad_value)" },
    { is: "an empty file", user: { name: "anna", password_file: "/run/none" },          says: "listen.users[0]: the password is empty (bad_value)" },
    { is: "two of them",   user: { ...ANNA, password_file: "/run/anna" },               says: "listen.users[0]: password is given twice; leave one out (conflict)" },
    { is: "a bad filter",  user: { ...ANNA, read: ["knx/#/state"] },                    says: /^listen\.users\[0\]\.read\[0\]: .*a filter has \+ for a level/ },
    { is: "a half filter", user: { ...ANNA, write: ["knx/a+"] },                        says: /^listen\.users\[0\]\.write\[0\]: / },
  ])("a user with $is", ({ user, says }) => {
    const found = errors({ host: "0.0.0.0", users: [user] });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(says);
  });

  test("a file that is not there, a user twice, two brokers, one port twice", () => {
    expect(errors({ users: [{ name: "anna", password_file: "/run/nowhere" }] })[0]).toMatch(
      /^listen\.users\[0\]\.password_file: .*nowhere.*\(unreadable\)$/,
    );
    expect(errors({ users: [ANNA, ANNA] })).toEqual([
      "listen.users[1].name: this user is there already (duplicate_user)",
    ]);
    expect(errors(OUTSIDE, { url: "mqtt://broker.lan" })).toEqual([
      "listen: listen is for the broker of our own, and mqtt.url names another one: leave one out (conflict)",
    ]);
    expect(errors({ port: 9001, websocket: 9001 })[0]).toMatch(/a port of its own.*\(conflict\)$/);
  });

  test("a key of another certificate, and a locked one without its password", () => {
    const { cert } = pki.server;
    expect(errors({ ...OUTSIDE, tls: { cert, key: pki.client.key } })[0]).toMatch(
      /^listen\.tls\.cert: certificate and key cannot be used: .*\(bad_certificate\)$/,
    );
    const locked = { cert: pki.client.cert, key: pki.lockedKey };
    expect(errors({ ...OUTSIDE, tls: locked })[0]).toMatch(/\(bad_certificate\)$/);
    expect(errors({ ...OUTSIDE, tls: { ...locked, key_password: PASSWORD } })).toEqual([]);
  });
});

test("warnings: no TLS on the network, a password that others may read", () => {
  const { cert, key } = pki.server;
  expect(withoutPlace(load(OUTSIDE).warnings)).toEqual([
    "listen.host: without tls passwords and commands can be read on the network: add tls with cert and key (no_tls)",
  ]);
  expect(load({ ...OUTSIDE, tls: { cert, key } }).warnings).toEqual([]);
  expect(withoutPlace(load({ users: [ANNA] }, {}, 0o644).warnings)).toEqual([
    "listen.users[0].password: password in the file, which others may read (mode 0644); use password_file (secret_inline)",
  ]);
  expect(load({ users: [{ name: "anna", password: FROM_ENV }] }, {}, 0o644).warnings).toEqual([]);
});
