import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DROP_REASONS } from "../../../src/core/drop.ts";
import { FAMILIES } from "../../../src/shell/web/families.ts";
import { PAGE_PROBLEMS } from "../../../src/shell/web/health-page.ts";

const PAGE = readFileSync(
  new URL("../../../firmware-notes/observability.md", import.meta.url),
  "utf8",
);
const rows = (from: string, to?: string): readonly string[] =>
  PAGE.slice(PAGE.indexOf(from), to === undefined ? PAGE.length : PAGE.indexOf(to))
    .split("\n")
    .slice(1)
    .filter((line) => line.startsWith("| `"));

describe("firmware-notes/observability.md", () => {
  test("lists every metric as it is, and no other", () => {
    const expected = FAMILIES.map((family) => {
      const labels = family.type === "histogram" ? [] : (family.labels ?? []);
      const shown = labels.length === 0 ? "" : ` \`${labels.join(", ")}\``;
      return `| \`${family.name}\` | ${family.type} |${shown} | ${family.help} |`;
    });
    const found = rows("## Metrics").filter((line) => !/^\| `[a-z]+\.[a-z-]+` /.test(line));
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  test("lists every problem, and no other", () => {
    const found = rows("| problem |", "## Prometheus").map((line) => line.split("`")[1]);
    expect(found).toEqual(PAGE_PROBLEMS);
  });

  test("lists every reason for a drop, and no other", () => {
    const expected = Object.entries(DROP_REASONS).map(
      ([name, what]) => `| \`${name}\` | ${what} |`,
    );
    expect(rows("### Reasons").toSorted()).toEqual(expected.toSorted());
  });

  test("the alerts ask for metrics that are there", () => {
    const known = new Set(FAMILIES.map(({ name }) => name));
    const asked = PAGE.slice(0, PAGE.indexOf("## Metrics")).match(/\bknxpi_[a-z0-9_]+/g) ?? [];
    const missing = asked.filter((name) => !known.has(name.replace(/_bucket$/, "")));
    expect(asked.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });
});
