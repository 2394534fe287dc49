import { type Finding, GROUPS, type Status } from "./finding.ts";

/** Findings for people: by group, one line each, what to do below it. */
export const reportLines = (findings: readonly Finding[]): readonly string[] => {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const groups = GROUPS.flatMap((group) => {
    const those = findings.filter((finding) => finding.group === group);
    if (those.length === 0) return [];
    return [TITLES[group], ...those.flatMap((finding) => linesOf(finding, width)), ""];
  });
  return [...groups, summaryOf(findings)];
};

/** The same for machines. */
export const reportJson = (findings: readonly Finding[]) => ({
  findings,
  summary: countsOf(findings),
});

/** 1 when something does not work; a warning is none. */
export const exitStatus = (findings: readonly Finding[]): 0 | 1 =>
  findings.some(({ status }) => status === "problem") ? 1 : 0;

const linesOf = ({ check, status, what, remedy }: Finding, width: number): readonly string[] => [
  `  ${SIGNS[status]} ${check.padEnd(width)}  ${what}`,
  ...remedy.map((line) => `    ${" ".repeat(width)}  → ${line}`),
];

const countsOf = (findings: readonly Finding[]): Readonly<Record<Status, number>> => {
  const count = (status: Status): number =>
    findings.filter((finding) => finding.status === status).length;
  return {
    ok: count("ok"),
    note: count("note"),
    warning: count("warning"),
    problem: count("problem"),
    skipped: count("skipped"),
  };
};

const summaryOf = (findings: readonly Finding[]): string => {
  const { ok, note, warning, problem, skipped } = countsOf(findings);
  const parts = [
    problem === 0 ? "no problems" : plural(problem, "problem"),
    warning > 0 ? plural(warning, "warning") : "",
    note > 0 ? plural(note, "note") : "",
    `${ok} fine`,
    skipped > 0 ? `${skipped} not looked at` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
};

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const SIGNS: Readonly<Record<Status, string>> = {
  ok: "✓",
  note: "i",
  warning: "!",
  problem: "✗",
  skipped: "-",
};

const TITLES: Readonly<Record<(typeof GROUPS)[number], string>> = {
  machine: "This machine",
  port: "Serial port",
  transceiver: "Transceiver and bus",
  broker: "Broker",
  knxpi: "knxpi",
  clock: "Clock",
  storage: "Storage",
  power: "Power",
};
