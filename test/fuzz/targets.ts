import type { Target } from "./target.ts";
import { BUS_TARGETS } from "./targets-bus.ts";
import { FILE_TARGETS } from "./targets-files.ts";
import { PEOPLE_TARGETS } from "./targets-people.ts";

/** Everything that octets or text from outside come into. */
export const TARGETS: readonly Target[] = [...BUS_TARGETS, ...PEOPLE_TARGETS, ...FILE_TARGETS];
