import type { Distribution } from "./histogram.ts";
import type { View } from "./view.ts";

/** A metric family: its name, what it says, and how it is read. */
export type Family = Readonly<
  { name: string; help: string } & (
    | {
        type: "counter" | "gauge";
        /** Names of its labels, for a family with several series. */
        labels?: readonly string[];
        /** null, or no samples: not known, so it is left out. */
        of(view: View): number | null | readonly Sample[];
      }
    | { type: "histogram"; bounds: readonly number[]; of(view: View): Distribution }
  )
>;

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

type Of = (view: View) => number | null | readonly Sample[];

export const counter = (name: string, help: string, of: Of, ...labels: string[]): Family => ({
  type: "counter",
  name: `knxpi_${name}_total`,
  help,
  of,
  labels,
});

export const gauge = (name: string, help: string, of: Of, ...labels: string[]): Family => ({
  type: "gauge",
  name: `knxpi_${name}`,
  help,
  of,
  labels,
});

/** Under a name that others use as well. */
export const plain = (type: "counter" | "gauge", name: string, help: string, of: Of): Family => ({
  type,
  name,
  help,
  of,
});

export const histogram = (
  name: string,
  help: string,
  bounds: readonly number[],
  of: (view: View) => Distribution,
): Family => ({ type: "histogram", name: `knxpi_${name}`, help, bounds, of });

/** One series for each word, 1 for those that hold. */
export const each = (
  label: string,
  words: readonly string[],
  holds: (word: string) => boolean,
): readonly Sample[] => words.map((word) => [{ [label]: word }, bit(holds(word))]);

export const bit = (on: boolean): number => (on ? 1 : 0);
