import type { Incident } from "./incident.ts";
import { BUS_INCIDENTS } from "./incidents-bus.ts";
import { MACHINE_INCIDENTS } from "./incidents-machine.ts";
import { OTHERS_INCIDENTS } from "./incidents-others.ts";

/** By what the report calls them. Their order is part of a seed. */
export const INCIDENTS: Readonly<Record<string, Incident>> = {
  ...BUS_INCIDENTS,
  ...MACHINE_INCIDENTS,
  ...OTHERS_INCIDENTS,
};
