import { formatGroupAddress, formatIndividualAddress, type GroupAddress } from "../core/address.ts";
import { matchesPattern } from "../core/ga-pattern.ts";
import { type Change, type Difference, isConflict } from "../project/difference.ts";
import type { Entry } from "../project/entry.ts";
import type { FileObject } from "../project/objects-file.ts";
import type { Project } from "../project/project.ts";

/** The project for machines, addresses as text. */
export const projectJson = (project: Project, only?: readonly string[]): object => {
  const { name, style, addresses, devices, warnings } = project;
  return {
    name,
    style,
    objects: addresses
      .filter(({ ga }) => wantedBy(only)(ga))
      .map((address) => ({ ...address, ga: formatGroupAddress(address.ga, style) })),
    devices: devices.map((device) => ({
      ...device,
      ia: device.ia === null ? null : formatIndividualAddress(device.ia),
    })),
    warnings,
  };
};

/** The difference for machines. */
export const differenceJson = (difference: Difference, { warnings }: Project): object => {
  const { added, removed, renamed, retyped, updated, onlyInFile } = difference;
  return {
    added,
    removed: removed.map(({ entry }) => entry),
    renamed,
    retyped,
    conflicts: retyped.filter(isConflict).map(({ ga, from, to }) => ({
      code: "dpt_conflict",
      ga,
      message: conflictText({ ga, from, to }),
    })),
    updated,
    only_in_file: onlyInFile,
    warnings,
  };
};

export const wantedBy =
  (only: readonly string[] | undefined) =>
  (ga: GroupAddress): boolean =>
    only === undefined || only.some((pattern) => matchesPattern(pattern, ga));

/** @param all no matter how many lines */
export const differenceLines = (difference: Difference, all: boolean): readonly string[] => {
  const { added, removed, renamed, retyped, updated, onlyInFile } = difference;
  return [
    ...listed("added", added.map(addedLine), all),
    ...listed("removed", removed.map(removedLine), all),
    ...listed("renamed", renamed.map(changeLine), all),
    ...listed("retyped", retyped.map(changeLine), all),
    ...listed(
      "room, description or writable",
      updated.map((ga) => `~ ${ga}`),
      all,
    ),
    ...listed(
      "only in the configuration, left alone",
      onlyInFile.map((ga) => `  ${ga}`),
      all,
    ),
    ...retyped.filter(isConflict).map((change) => `dpt_conflict: ${conflictText(change)}`),
  ];
};

const listed = (title: string, lines: readonly string[], all: boolean): readonly string[] => {
  if (lines.length === 0) return [];
  const shown = all || lines.length <= LINES ? lines : lines.slice(0, LINES - 1);
  const left = lines.length - shown.length;
  return [
    `${title}: ${lines.length}`,
    ...shown.map((line) => `  ${line}`),
    ...(left > 0 ? [`    … and ${left} more, shown with --all`] : []),
  ];
};

/** Of one kind, without `--all`. */
const LINES = 20;

const addedLine = ({ ga, name = "", dpt }: Entry): string =>
  `+ ${ga}  ${name}${dpt === undefined ? "" : `  ${dpt}`}`;

const removedLine = ({ written, entry }: FileObject): string =>
  `- ${written}  ${entry.name ?? ""}`.trimEnd();

const changeLine = ({ ga, from, to, kept }: Change): string =>
  `~ ${ga}  ${from ?? "–"} → ${to ?? "–"}${kept ? "  (yours stays)" : ""}`;

const conflictText = ({ ga, from, to }: Pick<Change, "ga" | "from" | "to">): string =>
  `${ga} is ${from} here and ${to} in the project`;

/** What of the project could not be used. */
export const warningLines = ({ warnings }: Project): readonly string[] =>
  warnings.map(({ message, count, examples }) => {
    const more = count > examples.length ? ", …" : "";
    return `warning: ${count} × ${message}: ${examples.join(", ")}${more}`;
  });
