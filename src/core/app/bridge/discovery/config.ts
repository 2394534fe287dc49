/** What Home Assistant is told, and where: `mqtt-interface.md` §18.1, §19. Checked by the configuration loader. */
export type DiscoveryConfig = Readonly<{
  enabled: boolean;
  /** First level of discovery topics. */
  prefix: string;
  /** Where Home Assistant says that it has started. */
  statusTopic: string;
  /** What becomes one device there. */
  groupBy: "room" | "entity" | "main_group" | "single";
  /** `bridge_and_bus`: without the bus nothing is available. */
  availability: "bridge" | "bridge_and_bus";
  /** Every object with a type, those with `ha` only, or no objects at all. */
  expose: "known" | "marked" | "entities";
}>;

/** A file that says nothing of Home Assistant. */
export const NO_DISCOVERY: DiscoveryConfig = {
  enabled: false,
  prefix: "homeassistant",
  statusTopic: "homeassistant/status",
  groupBy: "room",
  availability: "bridge_and_bus",
  expose: "known",
};
