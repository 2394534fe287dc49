import type { ApplicationConfig } from "../../config.ts";
import type { JsonValue } from "../../effect.ts";
import type { Step } from "../../impulse.ts";
import type { ParameterValue } from "./parameters.ts";

/** The application, and what it knows. */
export type ApplicationState = Readonly<{
  config: ApplicationConfig;
  /** null while nothing that runs is loaded. */
  running: Running | null;
  /** Last level of each declared input; null: never told. Holds while the application does not run. */
  levels: readonly (boolean | null)[];
}>;

export type Running = Readonly<{
  /** Of the application itself. */
  state: JsonValue;
  parameters: Readonly<Record<string, ParameterValue>>;
  /** Those that run, to be stopped with it. */
  timers: readonly string[];
}>;

/** What every part of the runner returns. */
export type Turn = Step<ApplicationState>;

export const openApplication = (config: ApplicationConfig): ApplicationState => ({
  config,
  running: null,
  levels: [],
});
