import { describe, expect, test } from "vitest";
import { changelog, control, debianVersion } from "../../systemd/deb/control.ts";
import { copyright } from "../../systemd/deb/licences.ts";

const PACKAGE = { version: "1.2.3", description: "", engines: { node: ">=20.19" } };

/** The value of a field, as dpkg reads it. */
const field = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];

describe("control", () => {
  test("says what dpkg needs", () => {
    const text = control(PACKAGE, "armhf", "A <a@b.example>", 10_900);
    expect(field(text, "Package")).toBe("knxpi");
    expect(field(text, "Version")).toBe("1.2.3-1");
    expect(field(text, "Architecture")).toBe("armhf");
    expect(field(text, "Maintainer")).toBe("A <a@b.example>");
    expect(field(text, "Installed-Size")).toBe("10900");
    expect(field(text, "Depends")?.split(", ")).toContain("nodejs (>= 20.19)");
    expect(text.endsWith("\n")).toBe(true);
  });

  test("lines of the description are short, and none is empty", () => {
    const lines = control(PACKAGE, "arm64", "a", 1)
      .split("Description: ")[1]
      ?.trimEnd()
      .split("\n");
    expect(lines?.filter((line) => line === "" || line.length > 80)).toEqual([]);
  });

  test("a range of Node that it does not know is not guessed at", () => {
    const engines = { node: "^20.19 || ^22" };
    expect(() => control({ ...PACKAGE, engines }, "arm64", "a", 1)).toThrow(/\^20\.19 \|\| \^22/);
  });
});

// Debian Policy 5.6.12: a tilde sorts before everything, even before the end.
test.each([
  ["1.2.3", "1.2.3-1"],
  ["1.2.3-rc.1", "1.2.3~rc.1-1"],
  ["1.2.3-rc-1.x", "1.2.3~rc.1.x-1"],
])("%s is %s", (version, debian) => {
  expect(debianVersion(version)).toBe(debian);
});

test("the changelog has the form that Debian's tools read", () => {
  // 2026-02-03 04:05:06 UTC, a Tuesday
  const lines = changelog(PACKAGE, "A <a@b.example>", 1_770_091_506).split("\n");
  expect(lines[0]).toBe("knxpi (1.2.3-1) stable; urgency=medium");
  expect(lines.at(-2)).toBe(" -- A <a@b.example>  Tue, 03 Feb 2026 04:05:06 +0000");
});

test("copyright: each package inside has its owner and its licence, long ones only by name", () => {
  const text = copyright([
    {
      name: "@a/b",
      version: "2.0.0",
      licence: "ISC",
      text: "ISC\n\nCopyright (c) 2020 B. Bee\n\nMay.",
    },
    { name: "c", version: "3.1.0", licence: "Apache-2.0", text: "Apache License\nof many pages" },
    { name: "d", version: "0.4.0", licence: "MIT", text: undefined },
  ]);
  expect(text).toContain("Files: usr/lib/knxpi/node_modules/@a/b/*\nCopyright: (c) 2020 B. Bee\n");
  expect(text).toContain(
    "License: ISC-a-b-2.0.0\n ISC\n .\n Copyright (c) 2020 B. Bee\n .\n May.\n",
  );
  expect(text).toContain("/usr/share/common-licenses/Apache-2.0");
  expect(text).not.toContain("of many pages");
  expect(text).toContain("Copyright: the authors of d");
});
