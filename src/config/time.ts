import * as z from "zod";
import type { TimeConfig } from "../core/app/bridge/time/config.ts";
import type { ObjectConfig } from "../core/config.ts";
import type { Remark } from "./finding.ts";
import type { PlacedObject } from "./objects.ts";
import { valueAt } from "./remarks.ts";
import { section } from "./section.ts";
import { duration, groupAddress } from "./words.ts";

/** `time` of the file: what the bus is told of it. `mqtt-interface.md` §15.3 */
export const TIME = section({
  time_ga: groupAddress.exactOptional(),
  date_ga: groupAddress.exactOptional(),
  datetime_ga: groupAddress.exactOptional(),
  request_ga: groupAddress.exactOptional(),
  every: duration
    .refine((ms) => ms >= 60_000, { error: "at least 1min: the bus is for others as well" })
    .prefault("60min"),
  only_if_synced: z
    .boolean()
    .default(true)
    .describe("Silent while the clock of this machine is not synchronised"),
  timezone: z
    .string()
    .refine((name) => isTimezone(name), {
      error: "this is no time zone: Europe/Zurich, America/New_York, UTC",
    })
    .exactOptional()
    .describe("Name in the time zone database; left out: that of this machine"),
});
type TimeEntry = z.output<typeof TIME>;

const isTimezone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
};

/** What does not go together with itself or with the objects. */
export const timeErrors = (data: unknown, objects: readonly PlacedObject[]): readonly Remark[] => {
  const time = TIME.safeParse(valueAt(data, ["time"])).data;
  if (time === undefined) return [];
  if (time.time_ga === undefined && time.date_ga === undefined && time.datetime_ga === undefined) {
    const message = "one of time_ga, date_ga and datetime_ga is needed";
    return [{ path: ["time"], key: true, code: "missing", message }];
  }
  const seen = new Set<number>();
  return KEYS.flatMap((key): readonly Remark[] => {
    const ga = time[key];
    if (ga === undefined) return [];
    const path = ["time", key];
    const shown = String(valueAt(data, path));
    if (seen.has(ga))
      return [{ path, code: "duplicate_ga", message: `${shown} has another meaning here already` }];
    seen.add(ga);
    const dpt = objects.find(({ entry }) => entry.ga === ga)?.entry.dpt;
    const message = `${shown} is ${dpt}, expected ${OBJECTS[key].dpt}`;
    return dpt === undefined || dpt === OBJECTS[key].dpt
      ? []
      : [{ path, code: "role_dpt", message }];
  });
};

export const toTimeConfig = (time: TimeEntry | undefined): TimeConfig | null =>
  time === undefined
    ? null
    : {
        timeGa: time.time_ga ?? null,
        dateGa: time.date_ga ?? null,
        dateTimeGa: time.datetime_ga ?? null,
        requestGa: time.request_ga ?? null,
        everyMs: time.every,
        onlyIfSynced: time.only_if_synced,
        timezone: time.timezone ?? null,
      };

/** The addresses of the time are objects, whether they are in the list or not; only the clock has a say in what they are. */
export const withTimeObjects = (
  objects: readonly ObjectConfig[],
  time: TimeEntry | undefined,
): readonly ObjectConfig[] => {
  const missing = KEYS.flatMap((key): readonly ObjectConfig[] => {
    const ga = time?.[key];
    return ga === undefined || objects.some((object) => object.ga === ga)
      ? []
      : [{ ga, ...OBJECTS[key], ...PLAIN }];
  });
  const typed = objects.map((object) => {
    const key = object.dpt === undefined && KEYS.find((one) => time?.[one] === object.ga);
    return key ? { ...object, dpt: OBJECTS[key].dpt } : object;
  });
  return [...typed, ...missing];
};

const OBJECTS = {
  time_ga: { name: "Time", dpt: "10.001" },
  date_ga: { name: "Date", dpt: "11.001" },
  datetime_ga: { name: "Date and time", dpt: "19.001" },
  request_ga: { name: "Time request", dpt: "1.017" },
} as const;
const KEYS = ["time_ga", "date_ga", "datetime_ga", "request_ga"] as const;
const PLAIN = {
  writable: false,
  priority: "low",
  alarm: false,
  provide: false,
  transmit: "changes",
  events: false,
  publish: "always",
} as const satisfies Omit<ObjectConfig, "ga">;
