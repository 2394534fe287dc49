import { formatGroupAddress, type GroupAddress } from "../../../address.ts";
import type { BridgeConfig, ObjectConfig } from "../../../config.ts";
import { get, type Table } from "../../../table.ts";
import type { Names } from "../names.ts";
import { type GaLeaf, topicsOf } from "../topics.ts";

/** What is needed of the bridge to say what there is. */
export type Context = Readonly<{
  config: BridgeConfig;
  objects: Table<ObjectConfig>;
  names: Names;
}>;

/** The topic that Home Assistant is told, where there are two. */
export const topicOf = ({ config, names }: Context, ga: GroupAddress, leaf: GaLeaf): string =>
  topicsOf(config, names, ga, leaf)[0] ?? "";

export const objectOf = ({ objects }: Context, ga: GroupAddress): ObjectConfig | undefined =>
  get(objects, ga);

/** A group address as it stands in ids: `1-2-3`. */
export const dashed = ({ config }: Context, ga: GroupAddress): string =>
  formatGroupAddress(ga, config.style).replaceAll("/", "-");

/** Of everything of this installation. */
export const uniqueId = ({ config }: Context, id: string): string => `knx_${config.instance}_${id}`;

/** The topic of the feedback, where there is one: `mqtt-interface.md` §18.1. */
export const stateTopic = (context: Context, { ga, stateGa }: ObjectConfig): string =>
  topicOf(context, stateGa !== undefined && objectOf(context, stateGa) ? stateGa : ga, "state");
