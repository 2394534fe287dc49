import { describe, expect, test } from "vitest";
import { unitValue, unitWords } from "../../src/doctor/facts/services.ts";
import { lookAt } from "./machine.ts";

const UNIT = "User=knxpi\nSupplementaryGroups=dialout";

/** User and groups of the unit of a bridge, given files that have nothing but `[Service]`. */
const read = (files: Readonly<Record<string, string>>, instance?: string) =>
  lookAt(
    "pi-4b",
    Object.entries(files)
      .map(([path, text]) => `@file ${path}\n[Service]\n${text}\n`)
      .join(""),
    ({ facts: { services } }) => {
      const unit = services.bridge;
      return unit && [unitValue(unit, "User"), ...unitWords(unit, "SupplementaryGroups")];
    },
    undefined,
    instance,
  );

// systemd.unit(5): drop-ins after the unit, by name over all folders; /etc before /run before /usr where names are equal.
describe("drop-ins of a unit", () => {
  const ETC = "/etc/systemd/system/knxpi.service.d";
  const RUN = "/run/systemd/system/knxpi.service.d";
  const USR = "/usr/lib/systemd/system/knxpi.service.d";
  test.each([
    [
      "a list adds up",
      { [`${ETC}/a.conf`]: "SupplementaryGroups=gpio spi" },
      ["knxpi", "dialout", "gpio", "spi"],
    ],
    [
      "an empty line begins it anew",
      { [`${ETC}/a.conf`]: "SupplementaryGroups=\nSupplementaryGroups=gpio" },
      ["knxpi", "gpio"],
    ],
    [
      "anything else takes the last value",
      { [`${ETC}/a.conf`]: "User=anna", [`${ETC}/b.conf`]: "User = bert" },
      ["bert", "dialout"],
    ],
    ["an empty value is none", { [`${ETC}/a.conf`]: "User=" }, [undefined, "dialout"]],
    [
      "by name, not by folder",
      { [`${ETC}/10-a.conf`]: "User=anna", [`${USR}/20-b.conf`]: "User=bert" },
      ["bert", "dialout"],
    ],
    [
      "the first folder hides a file of the same name",
      { [`${USR}/a.conf`]: "User=u", [`${RUN}/a.conf`]: "User=r", [`${ETC}/a.conf`]: "User=e" },
      ["e", "dialout"],
    ],
    [
      "an empty file hides it too",
      { [`${USR}/a.conf`]: "User=u", [`${RUN}/a.conf`]: "" },
      ["knxpi", "dialout"],
    ],
    [
      "another section, a comment, another ending",
      { [`${ETC}/a.conf`]: "#User=a\n[Unit]\nUser=b", [`${ETC}/b.conf.bak`]: "User=c" },
      ["knxpi", "dialout"],
    ],
    [
      "a line that goes on",
      { [`${ETC}/a.conf`]: "SupplementaryGroups=gpio \\\n  spi" },
      ["knxpi", "dialout", "gpio", "spi"],
    ],
    [
      "for all services",
      { "/etc/systemd/system/service.d/a.conf": "User=s", [`${USR}/a.conf`]: "User=u" },
      ["u", "dialout"],
    ],
  ] as const)("%s", (_, files, expected) => {
    expect(read({ "/usr/lib/systemd/system/knxpi.service": UNIT, ...files })).toEqual(expected);
  });

  // In this order systemd 252 reads them (systemd-analyze verify).
  test("of an instance: the folder first, then its own before those of the template, then those for all", () => {
    const files = {
      "/usr/lib/systemd/system/knxpi@.service": UNIT,
      "/usr/lib/systemd/system/knxpi@x.service.d/0.conf": "SupplementaryGroups=g0",
      "/etc/systemd/system/knxpi@.service.d/a.conf": "SupplementaryGroups=g1",
      "/run/systemd/system/knxpi@x.service.d/a.conf": "User=wrong",
      "/etc/systemd/system/knxpi@x.service.d/b.conf": "SupplementaryGroups=g2",
      "/etc/systemd/system/knxpi@.service.d/b.conf": "User=wrong",
      "/usr/lib/systemd/system/knxpi@.service.d/c.conf": "SupplementaryGroups=g3",
      "/etc/systemd/system/service.d/c.conf": "User=wrong",
      "/etc/systemd/system/knxpi@y.service.d/d.conf": "User=wrong",
      "/etc/systemd/system/knxpi.service.d/d.conf": "User=wrong",
    };
    expect(read(files, "x")).toEqual(["knxpi", "dialout", "g0", "g1", "g2", "g3"]);
  });
});
