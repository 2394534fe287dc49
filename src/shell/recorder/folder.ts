import { SUFFIX } from "../../record/format.ts";

/* What stands in the folder of the recordings, and what of it goes. Pure: the disk is elsewhere. */

export const FOLDER = "recordings";
export type RecordingFile = Readonly<{ name: string; octets: number; modified: number }>;

/** `2026-01-31T10-11-12Z.knxrec`. @param taken a second file within this second */
export const recordingName = (ms: number, again = 0): string =>
  `${stampOf(ms)}${again === 0 ? "" : `_${again}`}${SUFFIX}`;

export const crashName = (ms: number): string => `crash-${stampOf(ms)}${SUFFIX}`;

const stampOf = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.\d+/, "").replaceAll(":", "-");

/** Names in the order in which the files were begun, oldest first. */
export const recordingsIn = <T extends Readonly<{ name: string }>>(
  files: readonly T[],
): readonly T[] => inOrder(files.filter(({ name }) => RECORDING.test(name)));

export const crashesIn = <T extends Readonly<{ name: string }>>(
  files: readonly T[],
): readonly T[] => inOrder(files.filter(({ name }) => CRASHED.test(name)));

/**
 * The recordings that have to go so that the rest is within the limits, oldest first. Whatever else stands there counts, and stays.
 * @param current is being written
 */
export const recordingsToRemove = (
  files: readonly RecordingFile[],
  { maxAgeMs, maxOctets }: Readonly<{ maxAgeMs: number; maxOctets: number }>,
  now: number,
  current: string | undefined,
): readonly string[] => {
  let total = files.reduce((sum, { octets }) => sum + octets, 0);
  const gone: string[] = [];
  for (const { name, octets, modified } of recordingsIn(files)) {
    if (name === current) continue;
    if (total <= maxOctets && now - modified <= maxAgeMs) continue;
    gone.push(name);
    total -= octets;
  }
  return gone;
};

/** So that one more has a place. */
export const crashesToRemove = (names: readonly string[]): readonly string[] =>
  crashesIn(names.map((name) => ({ name })))
    .slice(0, 1 - CRASHES)
    .map(({ name }) => name);

const inOrder = <T extends Readonly<{ name: string }>>(files: readonly T[]): readonly T[] =>
  files.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

const RECORDING = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(_\d+)?\.knxrec$/;
const CRASHED = /^crash-.*\.knxrec$/;
/** After a crash the service manager starts the program again, maybe for ever. */
const CRASHES = 5;
