import { get } from "../../../table.ts";
import { bridgeTopic, discoveryTopic } from "../topics.ts";
import { bridgeComponents } from "./bridge-device.ts";
import { nameOf, objectComponents } from "./component.ts";
import type { Context } from "./context.ts";
import { entityComponents } from "./entity.ts";
import type { Group } from "./groups.ts";
import type { Components } from "./override.ts";

/** One discovery message: a device, or a part of one. */
export type Part = Readonly<{ topic: string; components: Components }>;

/**
 * The messages of a group, none of them longer than Home Assistant and brokers like.
 * @param taken slugs of all groups: the number of a part must not make it another one's
 */
export const partsOf = (
  context: Context,
  group: Group,
  taken: ReadonlySet<string>,
): readonly Part[] => {
  const parts: { [key: string]: Components[string] }[] = [];
  let open: { [key: string]: Components[string] } = {};
  let octets = MOST_OCTETS;
  for (const [key, component] of Object.entries(componentsOf(context, group))) {
    const size = octetsOf(JSON.stringify({ [key]: component }));
    octets += size;
    if (octets > MOST_OCTETS) {
      open = {};
      parts.push(open);
      octets = HEAD_OCTETS + size;
    }
    open[key] = component;
  }
  return parts.map((components, index) => ({
    topic: topicOfPart(context, group, index, taken),
    components,
  }));
};

/** @param components those of the message, which need not be all */
export const deviceDocument = (context: Context, group: Group, components: object): string => {
  const { config } = context;
  const { discovery } = config;
  const withBus = discovery.availability === "bridge_and_bus" && !group.isBridge;
  return JSON.stringify({
    device: group.isBridge
      ? {
          identifiers: [nodeOf(context, group.slug)],
          name: group.name,
          manufacturer: "KNX",
          model: "knxpi",
          serial_number: config.instanceId,
        }
      : {
          identifiers: [nodeOf(context, group.slug)],
          name: group.name,
          manufacturer: "KNX",
          model: "Group addresses",
          ...(group.area !== null && { suggested_area: group.area }),
          via_device: nodeOf(context, "bridge"),
        },
    origin: {
      name: "knxpi",
      ...(config.about.version !== null && { sw_version: config.about.version }),
    },
    availability: [
      { topic: bridgeTopic(config, "state") },
      ...(withBus ? [{ topic: bridgeTopic(config, "bus") }] : []),
    ],
    availability_mode: "all",
    qos: 1,
    components,
  });
};

const nodeOf = ({ config }: Context, slug: string): string => `knx_${config.instance}_${slug}`;

const topicOfPart = (
  context: Context,
  { slug }: Group,
  index: number,
  taken: ReadonlySet<string>,
): string => {
  const numbered = index === 0 ? slug : `${slug}_${index + 1}`;
  const own = index > 0 && taken.has(numbered) ? `${numbered}_part` : numbered;
  return discoveryTopic(context.config.discovery.prefix, nodeOf(context, own));
};

const componentsOf = (context: Context, group: Group): Components => {
  if (group.isBridge) return bridgeComponents(context.config);
  const alone = context.config.discovery.groupBy === "entity";
  const all: { [key: string]: Components[string] } = {};
  for (const index of group.entities) {
    const entity = context.config.entities[index];
    if (entity === undefined) continue;
    const name = alone ? null : within(entity.name ?? entity.id, group);
    Object.assign(all, entityComponents(context, entity, name));
  }
  for (const ga of group.objects) {
    const object = get(context.objects, ga);
    if (object === undefined) continue;
    const name = alone ? null : within(nameOf(context, object), group);
    Object.assign(all, objectComponents(context, object, name));
  }
  return all;
};

/** Home Assistant shows the name of the device before it: `Living room temperature` in `Living room` is `Temperature`. */
export const within = (name: string, { area }: Pick<Group, "area">): string => {
  if (area === null) return name;
  const low = name.toLowerCase();
  const room = area.toLowerCase();
  const rest = low.startsWith(`${room} `)
    ? name.slice(area.length)
    : low.endsWith(` ${room}`)
      ? name.slice(0, -area.length)
      : name;
  const trimmed = rest.replace(/^[\s,:–-]+|[\s,:–-]+$/g, "");
  return trimmed === "" ? name : `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}`;
};

/** As UTF-8. */
const octetsOf = (text: string): number => {
  let octets = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate is half of what takes four.
    if (unit >= 0x80) octets += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return octets;
};

const MOST_OCTETS = 60 * 1024;
/** More than device, origin and availability take. */
const HEAD_OCTETS = 2_048;
