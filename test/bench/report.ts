/** What one section of the bench found: lines of a table, and what the numbers were meant to be. */
export type Report = Readonly<{
  section: string;
  /** How it was measured, in a sentence or two. */
  how: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  aims: readonly Aim[];
  /** For machines: the numbers behind the table. */
  figures: Readonly<Record<string, unknown>>;
}>;

/** `met` is null where this run cannot tell. */
export type Aim = Readonly<{ aim: string; found: string; met: boolean | null }>;

/** Why a section was left out. */
export type Skipped = Readonly<{ section: string; skipped: string }>;

export const print = (report: Report | Skipped): void => {
  console.log(`\n── ${report.section} ${"─".repeat(Math.max(0, 90 - report.section.length))}`);
  if ("skipped" in report) {
    console.log(`skipped: ${report.skipped}`);
    return;
  }
  console.log(`${report.how}\n`);
  console.log(aligned([report.columns, ...report.rows]));
  if (report.aims.length === 0) return;
  console.log("");
  console.log(
    aligned(
      report.aims.map(({ aim, found, met }) => [
        `aim: ${aim}`,
        found,
        met === null ? "cannot tell" : met ? "met" : "NOT met",
      ]),
    ),
  );
};

/** The first column to the left, all others to the right. */
const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("   "),
    )
    .join("\n");
};
