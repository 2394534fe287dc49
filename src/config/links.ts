import * as z from "zod";
import type { GroupAddress } from "../core/address.ts";
import type { Inward, LinkConfig, Outward } from "../core/app/bridge/links/config.ts";
import { parsePointer } from "../core/app/bridge/links/pointer.ts";
import type { ObjectConfig } from "../core/config.ts";
import { section } from "./section.ts";
import { duration, groupAddress, hysteresis } from "./words.ts";

/** `links` of the file: topics of others and group addresses. `mqtt-interface.md` §15.2, §19 */
const text = z.string();

const topic = text
  .regex(/^[^#+\0]+$/, { error: "a topic of a link has no wildcard" })
  .describe("Topic of somebody else");

const pointer = text
  .transform((said, context): readonly string[] => {
    const tokens = parsePointer(said);
    if (tokens !== undefined) return tokens;
    context.addIssue({ code: "custom", message: NO_POINTER });
    return z.NEVER;
  })
  .describe("JSON Pointer into the payload: /temperature; left out: the whole payload");

const NO_POINTER =
  "a JSON Pointer begins with a slash: /sensors/0/temperature; ~1 stands for / and ~0 for ~";

/** All keys of all three kinds; which go together: `link-errors.ts`. */
export const LINK = section({
  from: topic.exactOptional(),
  to: topic.exactOptional(),
  ga: groupAddress.exactOptional(),
  both: section({ ga: groupAddress, topic }).exactOptional(),
  pointer: pointer.exactOptional(),
  map: z.record(text, z.json()).exactOptional(),
  scale: section({
    factor: z.number().default(1),
    offset: z.number().default(0),
  }).exactOptional(),
  hysteresis: hysteresis.exactOptional(),
  min_interval: duration.exactOptional(),
  cyclic: duration.exactOptional(),
  stale_after: duration
    .refine((ms) => ms >= 1_000, { error: "at least 1s" })
    .exactOptional()
    .describe("Without a message for so long the object is unknown"),
  on: z.enum(["write", "response", "any"]).exactOptional().describe("Which telegrams go to MQTT"),
  retain: z.boolean().exactOptional(),
  guard: duration
    .exactOptional()
    .describe("For so long a two-way link ignores what comes back from where it was sent"),
});
export type LinkEntry = z.output<typeof LINK>;

/** The two sides of a link and its ways; undefined when it does not say them. */
export const endsOf = ({
  from,
  to,
  ga,
  both,
}: LinkEntry):
  | Readonly<{ ga: GroupAddress; topic: string; inward: boolean; outward: boolean }>
  | undefined => {
  if (both) return { ...both, inward: true, outward: true };
  const one = from ?? to;
  return one === undefined || ga === undefined
    ? undefined
    : { ga, topic: one, inward: from !== undefined, outward: to !== undefined };
};

/** The checked entries → what the core is told. */
export const toLinkConfigs = (entries: readonly LinkEntry[] | undefined): readonly LinkConfig[] =>
  (entries ?? []).flatMap((entry) => {
    const ends = endsOf(entry);
    return ends === undefined
      ? []
      : [
          {
            ga: ends.ga,
            topic: ends.topic,
            inward: ends.inward ? inwardOf(entry) : null,
            outward: ends.outward ? outwardOf(entry) : null,
            guardMs: entry.guard ?? GUARD_MS,
          },
        ];
  });

const inwardOf = ({ pointer, map, scale, stale_after, both }: LinkEntry): Inward => ({
  pointer: pointer ?? null,
  map: map === undefined ? null : both ? turned(map) : map,
  scale: scale ?? null,
  staleMs: stale_after ?? null,
});

const outwardOf = ({ map, on, retain }: LinkEntry): Outward => ({
  map:
    map === undefined
      ? null
      : Object.fromEntries(Object.entries(map).map(([from, to]) => [from, payloadOf(to)])),
  on: on ?? "write",
  retain: retain ?? false,
});

/** The map of a two-way link is written KNX → MQTT. */
const turned = (map: NonNullable<LinkEntry["map"]>): NonNullable<Inward["map"]> =>
  Object.fromEntries(Object.entries(map).map(([from, to]) => [payloadOf(to), from]));

/** What a value in a map is as a payload. */
export const payloadOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** What a link drives is provided, and sent as the link says. */
export const withLinks = (
  objects: readonly ObjectConfig[],
  entries: readonly LinkEntry[] | undefined,
): readonly ObjectConfig[] => {
  const drivers = new Map(
    (entries ?? []).flatMap((entry) => {
      const ends = endsOf(entry);
      return ends?.inward ? [[ends.ga, entry] as const] : [];
    }),
  );
  return drivers.size === 0
    ? objects
    : objects.map((object) => {
        const driver = drivers.get(object.ga);
        if (driver === undefined) return object;
        const { hysteresis, min_interval, cyclic } = driver;
        return {
          ...object,
          provide: true,
          ...(hysteresis && { hysteresis }),
          ...(min_interval !== undefined && { minIntervalMs: min_interval }),
          ...(cyclic !== undefined && { cyclicMs: cyclic }),
        };
      });
};

/** `mqtt-interface.md` §17.6 */
const GUARD_MS = 2_000;
