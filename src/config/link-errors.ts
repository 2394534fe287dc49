import { findDpt } from "../core/dpt/dpt.ts";
import type { Path, Remark } from "./finding.ts";
import { endsOf, LINK, type LinkEntry, payloadOf } from "./links.ts";
import type { PlacedObject } from "./objects.ts";
import { valueAt } from "./remarks.ts";

type Placed = Readonly<{ path: Path; entry: LinkEntry }>;

/**
 * What does not go together in a link, with others, or with the objects. Those not sound in themselves are left out.
 * @param isAll there are no other objects
 */
export const linkErrors = (
  data: unknown,
  objects: readonly PlacedObject[],
  isAll: boolean,
): readonly Remark[] => {
  const links = soundLinks(data);
  return [
    ...links.flatMap(shapeErrors),
    ...links.flatMap((link) => objectErrorsOf(link, data, objects, isAll)),
    ...links.flatMap((link) => baseErrors(link, data)),
    ...chains(links),
  ];
};

const soundLinks = (data: unknown): readonly Placed[] => {
  const links = valueAt(data, ["links"]);
  return (Array.isArray(links) ? links : []).flatMap((item, index) => {
    const entry = LINK.safeParse(item).data;
    return entry ? [{ path: ["links", index], entry }] : [];
  });
};

/** MQTT → KNX, KNX → MQTT, or both; and only the keys that belong to it. */
const shapeErrors = ({ path, entry }: Placed): readonly Remark[] => {
  const { from, to, ga, both, map } = entry;
  if ((both ? 1 : 0) + (from === undefined ? 0 : 1) + (to === undefined ? 0 : 1) !== 1)
    return [{ path, code: "missing", message: "a link has from and ga, ga and to, or both" }];
  if (!both && ga === undefined)
    return [{ path, code: "missing", message: "ga is needed, the group address of the link" }];
  const kind = both ? "both" : from === undefined ? "to" : "from";
  const strange = Object.keys(entry).filter((key) => !KEYS[kind].has(key));
  const foreign = strange.map((key) => {
    const message = `${key} does nothing in a link ${KINDS[kind]}`;
    return { path: [...path, key], key: true, code: "bad_value", message } as const;
  });
  return [...foreign, ...(both && map ? ambiguous(path, map) : [])];
};

/** Turned around, two entries of a map must not become one. */
const ambiguous = (path: Path, map: NonNullable<LinkEntry["map"]>): readonly Remark[] => {
  const payloads = Object.values(map).map(payloadOf);
  const twice = payloads.find((payload, index) => payloads.indexOf(payload) !== index);
  const message = `"${twice}" stands for two values, so the map cannot be read in both ways`;
  return twice === undefined ? [] : [{ path: [...path, "map"], code: "bad_value", message }];
};

const objectErrorsOf = (
  { path, entry }: Placed,
  data: unknown,
  objects: readonly PlacedObject[],
  isAll: boolean,
): readonly Remark[] => {
  const ends = endsOf(entry);
  if (ends === undefined) return [];
  const at = entry.both ? [...path, "both", "ga"] : [...path, "ga"];
  const shown = String(valueAt(data, at));
  const object = objects.find((one) => one.entry.ga === ends.ga);
  if (object === undefined) {
    const message = `${shown} is neither in objects nor in the project`;
    return isAll ? [{ path: at, code: "unknown_object", message }] : [];
  }
  const { dpt } = object.entry;
  if (dpt === undefined || findDpt(dpt) === undefined) {
    const problem = dpt === undefined ? "has no dpt" : `is ${dpt}, which is unknown here`;
    const message = `${shown} ${problem}: a link needs it to know values`;
    return [{ path: at, code: "dpt_required", message }];
  }
  // A default may say it of many; what the object says itself is meant.
  if (!ends.inward || valueAt(data, [...object.path, "provide"]) !== false) return [];
  const message = `${shown} says provide: false, but what a link drives is provided`;
  return [{ path: at, code: "provide_required", message }];
};

/** §17.8: our own tree is no partner. Another bridge may have its tree inside ours. */
const baseErrors = ({ path, entry }: Placed, data: unknown): readonly Remark[] => {
  const ends = endsOf(entry);
  if (ends === undefined) return [];
  const base = String(valueAt(data, ["mqtt", "base"]) ?? "knx");
  const at = entry.both ? [...path, "both", "topic"] : [...path, ends.inward ? "from" : "to"];
  const inside = ends.topic === base || ends.topic.startsWith(`${base}/`);
  const branch = ends.topic.slice(base.length + 1).split("/", 1)[0] ?? "";
  const isOurs = inside && (ends.outward || branch === "" || BRANCHES.has(branch));
  const message = `${ends.outward ? "target" : "source"} lies inside the base topic "${base}/"`;
  return isOurs ? [{ path: at, code: "link_loop", message }] : [];
};

type Edge = Readonly<{ link: number; from: string; to: string }>;

/** §17.8: GA → topic → the same GA, however long the way: told of the link that closes the circle. */
const chains = (links: readonly Placed[]): readonly Remark[] => {
  const edges: Edge[] = [];
  return links.flatMap(({ path, entry }, link) => {
    const ends = endsOf(entry);
    if (ends === undefined) return [];
    const address = `ga ${ends.ga}`;
    const topic = `topic ${ends.topic}`;
    const own: readonly Edge[] = [
      ...(ends.inward ? [{ link, from: topic, to: address }] : []),
      ...(ends.outward ? [{ link, from: address, to: topic }] : []),
    ];
    const isClosed = own.some(({ from, to }) => leads(edges, to, from));
    edges.push(...own);
    const message =
      "with links before it this one makes a circle: what it sends comes back; use both for two ways";
    return isClosed ? [{ path, code: "link_loop", message }] : [];
  });
};

const leads = (edges: readonly Edge[], from: string, to: string): boolean => {
  const reached = new Set([from]);
  for (const place of reached)
    for (const edge of edges) if (edge.from === place) reached.add(edge.to);
  return reached.has(to);
};

const KINDS = { from: "from MQTT to KNX", to: "from KNX to MQTT", both: "with both ways" } as const;
const PACE = ["map", "hysteresis", "min_interval", "cyclic", "stale_after"];
const KEYS = {
  from: new Set(["from", "ga", "pointer", "scale", ...PACE]),
  to: new Set(["to", "ga", "map", "on", "retain"]),
  both: new Set(["both", "guard", "on", "retain", ...PACE]),
} as const satisfies Record<keyof typeof KINDS, ReadonlySet<string>>;
/** What lies below the base topic: `mqtt-interface.md` §4. */
const BRANCHES: ReadonlySet<string> = new Set(["bridge", "ga", "name", "entity", "device"]);
