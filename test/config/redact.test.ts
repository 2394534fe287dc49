import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { redact, unredact } from "../../src/config/redact.ts";

const TEXT = `# the house
knx: {address: 1.1.250}
mqtt:
  url: mqtts://knx:p%40ss@broker.lan:8883   # with a password in it
  username: knx
  password: "first secret"
  key_password: \${KEY}
  listen:
    users:
      - {name: anna, password: second}
      - {name: bert, password_file: /etc/bert}
project: {file: house.knxproj, password: !file third.txt}
`;

const SHOWN = `# the house
knx: {address: 1.1.250}
mqtt:
  url: "mqtts://knx:***@broker.lan:8883"   # with a password in it
  username: knx
  password: "***"
  key_password: \${KEY}
  listen:
    users:
      - {name: anna, password: "***"}
      - {name: bert, password_file: /etc/bert}
project: {file: house.knxproj, password: !file third.txt}
`;

describe("§19.8 secrets are never shown", () => {
  test("everything else stays as it is written", () => {
    expect(redact(TEXT)).toBe(SHOWN);
  });

  test("what was hidden is put back, whatever else was changed", () => {
    const changed = SHOWN.replace("1.1.250", "1.1.251").replace(
      '{name: anna, password: "***"}\n      - {name: bert, password_file: /etc/bert}',
      '{name: carl, password: new}\n      - {name: anna, password: "***"}',
    );
    const back = unredact(changed, TEXT);
    expect(back).toContain('password: "first secret"');
    expect(back).toContain("url: mqtts://knx:p%40ss@broker.lan:8883");
    expect(back).toContain("{name: carl, password: new}\n      - {name: anna, password: second}");
    expect(back).toContain("1.1.251");
    expect(unredact(SHOWN, TEXT)).toBe(TEXT);
  });

  test("a secret that was written anew holds", () => {
    const changed = SHOWN.replace('password: "***"', "password: changed");
    expect(unredact(changed, TEXT)).toContain("password: changed");
  });

  test("what is no YAML is not shown at all", () => {
    expect(redact("mqtt: {password: secret")).toBeUndefined();
  });

  prop.prop([fc.string({ minLength: 1 }).filter((text) => !text.includes("${"))])(
    "whatever the password is",
    (password) => {
      const text = `knx: {address: 1.1.250}\nmqtt: {password: ${JSON.stringify(password)}}\n`;
      expect(redact(text)).toBe('knx: {address: 1.1.250}\nmqtt: {password: "***"}\n');
      expect(unredact(redact(text) ?? "", text)).toBe(text);
    },
  );
});
