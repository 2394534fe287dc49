import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { applicable, type Changes, changesOf } from "../config/changes.ts";
import type { Config } from "../config/config.ts";
import { optionsFor } from "../config/file.ts";
import { formatFinding } from "../config/finding.ts";
import { type Loaded, loadWithProject } from "../config/load.ts";
import { redact, unredact } from "../config/redact.ts";
import { foreignReferences } from "../config/references.ts";
import type { Reply } from "../core/app/bridge/requests/state.ts";
import type { JsonValue } from "../core/effect.ts";
import type { Project } from "../project/project.ts";
import type { HostFunctions } from "../shell/host.ts";
import type { Shell } from "../shell/shell.ts";
import { appliedJson, done, findingJson, refusal, refuse } from "./config-replies.ts";
import { hashOf } from "./machine.ts";
import { replaceText } from "./project-replace.ts";
import { version } from "./version.ts";

export type ConfigurationOptions = Readonly<{
  /** Of the file. */
  path: string;
  /** The state directory, where there is one. */
  state?: string | undefined;
  /** What runs, and the project that was read for it. */
  running: Config;
  project?: Project | undefined;
  shell(): Pick<Shell, "reload" | "rejectReload">;
  /** How the broker is reached that a configuration names. */
  broker(config: Config): Parameters<Shell["reload"]>[1];
  /** How much the file wants in the log. */
  setLevels(log: Config["log"]): void;
  log: Logger;
}>;

export type Configuration = Readonly<{
  /** Reads the file again: all of it holds from then on, or nothing. */
  reload(): Promise<Reply>;
  requests: HostFunctions;
}>;

/**
 * From now on this configuration, as far as it needs no restart.
 * @param written the project whose addresses were just written into it
 */
export type Use = (text: string, sound: Sound, written?: Project) => Changes;
type Sound = Extract<Loaded, { ok: true }>;

/** The configuration file while the process runs. `mqtt-interface.md` §10, §19 */
export const openConfiguration = (options: ConfigurationOptions): Configuration => {
  const { path, shell, log } = options;
  let { running } = options;
  let known = addressesOf(options.project);
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: each builds on what the one before it has left. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };

  const load = (text: string): Promise<Loaded> => loadWithProject(text, optionsFor(path));

  const use: Use = (text, { config, warnings, project }, written) => {
    const changes = changesOf(running, config);
    running = applicable(running, config);
    const addresses = addressesOf(project);
    const news = written ?? (addresses === known ? undefined : project);
    known = addresses;
    shell().reload(
      {
        config: running.stack.bridge,
        groups: running.stack.objects.groups,
        hash: hashOf(text),
        restartRequired: changes.restart,
        warnings: warnings.length,
        imported: news ? { project: news.name, addresses: news.addresses.length } : null,
      },
      changes.reconnect.length > 0 ? options.broker(running) : undefined,
    );
    options.setLevels(running.log);
    for (const finding of warnings) log.warn({ finding: formatFinding(path, finding) }, WARNING);
    log.info({ ...changes, warnings: warnings.length }, "configuration loaded");
    if (changes.restart.length > 0) log.warn({ keys: changes.restart }, RESTART);
    return changes;
  };

  const reload = async (): Promise<Reply> => {
    const [text, loaded] = await readAndLoad();
    if (loaded.ok) return done(appliedJson(use(text, loaded)));
    for (const finding of loaded.errors) log.error({ finding: formatFinding(path, finding) }, BAD);
    shell().rejectReload(loaded.errors);
    return refusal(loaded.errors, "The file has errors: the configuration that runs goes on");
  };

  const readAndLoad = async (): Promise<readonly [text: string, Loaded]> => {
    try {
      const text = readFileSync(path, "utf8");
      return [text, await load(text)];
    } catch (error) {
      const finding = { path: "", line: 1, column: 1, code: "unreadable", message: say(error) };
      return ["", { ok: false, errors: [finding], warnings: [] }];
    }
  };

  const get = async (): Promise<Reply> => {
    const yaml = redact(readFileSync(path, "utf8"));
    return yaml === undefined
      ? refuse("The file is no YAML at present, so its secrets cannot be told from the rest")
      : done({ yaml });
  };

  /** A text that came over MQTT. */
  const loadForeign = async (text: string, before: string): Promise<Loaded> => {
    const errors = foreignReferences(text, before);
    return errors.length > 0 ? { ok: false, errors, warnings: [] } : load(text);
  };

  const validate = async (yaml: string): Promise<Reply> => {
    const before = readFileSync(path, "utf8");
    const loaded = await loadForeign(unredact(yaml, before), before);
    const errors = loaded.ok ? [] : loaded.errors;
    return done({
      valid: loaded.ok,
      errors: errors.map(findingJson),
      warnings: loaded.warnings.map(findingJson),
    });
  };

  /** Checked as a whole, then written as a whole, then used. */
  const apply = async (yaml: string): Promise<Reply> => {
    const before = readFileSync(path, "utf8");
    const text = unredact(yaml, before);
    const loaded = await loadForeign(text, before);
    if (!loaded.ok) return refusal(loaded.errors, "This has errors: nothing was changed");
    const problem = write(before, text);
    return problem ?? done(appliedJson(use(text, loaded)));
  };

  /** @returns why it cannot be done; undefined when it was */
  const write = (before: string, text: string): Reply | undefined => {
    try {
      if (text !== before) replaceText(path, before, text);
      return undefined;
    } catch (error) {
      const why = say(error).replace(`${path}: `, "");
      return refuse(`The file cannot be written: ${why}`, "internal");
    }
  };

  const withText =
    (act: (yaml: string) => Promise<Reply>) =>
    async ({ yaml }: Readonly<{ [key: string]: JsonValue }>): Promise<Reply> =>
      typeof yaml === "string"
        ? inTurn(() => act(yaml))
        : refuse("yaml must be the text of a configuration file");

  const keepBackup = async (): Promise<Reply> => {
    const { state } = options;
    if (state === undefined)
      return refuse("There is no --state directory to put it", "unsupported");
    const { keepBackup: keep } = await import("../backup/keep.ts");
    const { instance } = running;
    const now = new Date();
    const kept = await keep({ config: path, state, program: version(), instance, now });
    return kept.ok ? done({ name: kept.name, size: kept.size }) : refuse(kept.problem, "internal");
  };

  return {
    reload: () => inTurn(reload),
    requests: {
      "config/get": () => inTurn(get),
      "config/validate": withText(validate),
      "config/apply": withText(apply),
      "config/reload": () => inTurn(reload),
      "backup/create": () => inTurn(keepBackup),
      "project/import": (parameters) =>
        inTurn(async () => {
          const { importProject } = await import("./project-request.ts");
          return importProject(parameters, { path, load, use, write, reload });
        }),
    },
  };
};

/** What a project says, to be compared with what another one says. */
const addressesOf = (project: Project | undefined): string =>
  project === undefined ? "" : hashOf(JSON.stringify(project.addresses));

const say = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const BAD = "the configuration has errors: the one that runs goes on";
const WARNING = "the configuration has a warning";
const RESTART = "these keys have new values that hold from the next start on";
