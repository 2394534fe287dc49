import type { JsonValue } from "../core/effect.ts";
import { show } from "./show.ts";
import { type StationOptions, withStation } from "./station/command.ts";
import type { Params } from "./station/station.ts";

export type Question = Readonly<{
  method: string;
  params: Params;
  /** Takes long: what it does, and what it counts. */
  long?: Readonly<{ what: string; unit: string }>;
  /** The result for people; as lines of its fields when left out. */
  lines?: (result: JsonValue) => readonly string[];
}>;

/** One request, its result on standard output. */
export const ask = (options: StationOptions, question: Question): Promise<void> =>
  withStation(options, async (station, signal) => {
    const { method, params, long, lines = show } = question;
    const bar = long && (await import("./progress.ts")).progressBar(long.what, long.unit);
    try {
      const result = await station.request(method, params, {
        signal,
        ...(bar && { progress: bar.show }),
      });
      bar?.end();
      if (options.json) console.log(JSON.stringify(result));
      else for (const line of lines(result)) console.log(line);
    } finally {
      bar?.end();
    }
  });

/** Parameters without those that were not given. */
export const given = (params: Readonly<Record<string, JsonValue | undefined>>): Params =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
