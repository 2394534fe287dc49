import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Loaded } from "../../src/config/load.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { VirtualClock } from "../../src/sim/clock.ts";
import { editionText } from "./installation.ts";
import { startLife } from "./life.ts";
import type { Ending, Life, Surroundings, Watch } from "./watch.ts";

/** What systemd does: starts the process again whenever it has ended. */
export type Supervisor = Readonly<{
  life(): Life | undefined;
  /** Writes another edition of the file; it holds from the next reload or start on. */
  edit(text: string): void;
  /** Until it is started again, at least so long. */
  holdOff(ms: number): void;
  start(): void;
  sums(): Readonly<{
    lives: number;
    refusedStarts: number;
    endings: Readonly<Record<string, number>>;
  }>;
}>;

type Options = Readonly<{
  clock: VirtualClock;
  folder: string;
  around: Omit<Surroundings, "path" | "loaded" | "watch" | "version"> &
    Readonly<{ version(): 4 | 5 }>;
  watch(number: number): Watch;
  /** The process did not start: what a person would do about it. */
  refused(problem: string): void;
}>;

export const openSupervisor = ({ clock, folder, around, watch, refused }: Options): Supervisor => {
  const path = join(folder, "house.yaml");
  let life: Life | undefined;
  let lives = 0;
  let refusedStarts = 0;
  let notBefore = 0;
  let planned = false;
  const endings: Record<string, number> = {};

  const plan = (): void => {
    if (planned) return;
    planned = true;
    clock.after(Math.max(RESTART_MS, notBefore - clock.now()), () => {
      planned = false;
      if (clock.now() < notBefore) plan();
      else start();
    });
  };

  const start = (): void => {
    if (life !== undefined) return;
    // Somebody has put a file there that is whole: a broken one is refused at once, which `knxpi check` is tested for.
    const loaded = load(path);
    const number = lives + 1;
    const own = watch(number);
    let over = false;
    const ended = (how: Ending): void => {
      over = true;
      life = undefined;
      endings[how] = (endings[how] ?? 0) + 1;
      own.ended(how);
      plan();
    };
    const started = startLife({
      ...around,
      version: around.version(),
      path,
      loaded,
      watch: { ...own, ended },
    });
    if (!started.ok) {
      refusedStarts++;
      refused(started.problem);
      plan();
      return;
    }
    lives = number;
    // It may have ended while it began.
    if (!over) life = started.life;
  };

  let good = editionText(0);
  const load = (file: string): Extract<Loaded, { ok: true }> => {
    const loaded = loadConfig(current, { path: file, env: {}, readFile: () => "" });
    if (loaded.ok) {
      good = current;
      return loaded;
    }
    current = good;
    writeFileSync(file, good);
    return load(file);
  };
  let current = good;
  writeFileSync(path, current);

  return {
    life: () => life,
    edit(text) {
      current = text;
      writeFileSync(path, text);
    },
    holdOff(ms) {
      notBefore = clock.now() + ms;
    },
    start,
    sums: () => ({ lives, refusedStarts, endings }),
  };
};

/** RestartSec of the unit. */
const RESTART_MS = 2_000;
