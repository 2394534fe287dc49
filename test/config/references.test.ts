import { describe, expect, test } from "vitest";
import { formatFinding } from "../../src/config/finding.ts";
import { foreignReferences } from "../../src/config/references.ts";

const FORMER = `knx: {address: 1.1.250}
mqtt:
  password: \${SECRET}
  ca: /etc/ca.pem
  listen: {users: [{name: a, password: !file a.txt}]}
project: {file: house.knxproj}
`;

const refused = (text: string) =>
  foreignReferences(text, FORMER).map((one) => formatFinding("f", one));

describe("§10 no request can read files or return secrets", () => {
  test("the password goes to no other broker", () => {
    const other = FORMER.replace("mqtt:", "mqtt:\n  url: mqtt://elsewhere");
    expect(refused(other)).toEqual([
      "f:3:8 mqtt.url: over MQTT another broker needs a password of its own: the present one is not sent elsewhere (forbidden)",
    ]);
    expect(refused(other.replace(/password: \S+\n/, "password: new\n"))).toEqual([]);
  });

  test("what the file names already may stay where it is", () => {
    expect(refused(FORMER)).toEqual([]);
    expect(refused(FORMER.replace("[{name: a,", "[{name: b, password: x}, {name: a,"))).toEqual([]);
    expect(refused("knx: {address: 1.1.250}\n")).toEqual([]);
  });

  const WHY =
    "over MQTT only files and variables can be used that the file names at this place already";
  // biome-ignore format: read by column
  test.each([
    [`instance: \${SECRET}`,                     `f:1:11 instance: \${SECRET}: ${WHY} (forbidden)`],
    ["objects: [{ga: 1/1/1, name: !file a.txt}]", `f:1:35 objects[0].name: !file a.txt: ${WHY} (forbidden)`],
    ["mqtt: {password: !file /etc/shadow}",     `f:1:24 mqtt.password: !file /etc/shadow: ${WHY} (forbidden)`],
    ["mqtt: {password_file: /etc/shadow}",      `f:1:23 mqtt.password_file: /etc/shadow: ${WHY} (forbidden)`],
    [`mqtt: {password: '\${HOME}'}`,             `f:1:18 mqtt.password: \${HOME}: ${WHY} (forbidden)`],
    ["project: {file: /etc/passwd}",            `f:1:17 project.file: /etc/passwd: ${WHY} (forbidden)`],
  ])("%s", (text, line) => {
    expect(refused(text)).toEqual([line]);
  });
});
