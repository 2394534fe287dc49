import type { GroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";

/** The configuration file as far as people want to know of it. `mqtt-interface.md` §8.2, §19. */
export type Configuration = Readonly<{
  /** Of the file that was last loaded; null: of the one that the process began with. */
  hash: string | null;
  /** When that was, ms since 1970; null: at the start. */
  loaded: number | null;
  /** Keys of the file whose new values need a restart. */
  restartRequired: readonly string[];
  /** The file that was offered last has errors: problem `config_error`. */
  rejected: boolean;
  /** Events that nobody was there to take, oldest first. */
  news: readonly News[];
}>;

export type News = Readonly<{ type: string; [field: string]: JsonValue }>;

/** Something that is wrong with a configuration, and where: as it is published. */
export type ConfigFinding = Readonly<{
  path: string;
  /** From 1, as is the column. */
  line: number;
  column: number;
  code: string;
  message: string;
  suggestion?: string;
}>;

export const openConfiguration = (): Configuration => ({
  hash: null,
  loaded: null,
  restartRequired: [],
  rejected: false,
  news: [],
});

/** States that are published again although nothing was heard, because what they say or where they say it is another one. */
export type Republication = Readonly<{
  pending: readonly GroupAddress[];
  /** When the next ones are, monotonic ms; null once all have been. */
  next: number | null;
}>;

export const openRepublication = (): Republication => ({ pending: [], next: null });
