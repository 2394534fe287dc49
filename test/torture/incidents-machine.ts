import type { DiskFault } from "./disk.ts";
import { type Incident, life, within } from "./incident.ts";

/** What happens to the process, and to the machine that it runs on. */
export const MACHINE_INCIDENTS: Readonly<Record<string, Incident>> = {
  // ── disk ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  ...Object.fromEntries(
    (["ENOSPC", "EIO", "EROFS"] as const).map((how: DiskFault): [string, Incident] => [
      `disk ${how}`,
      {
        group: "disk",
        everyH: 5,
        lastsS: [10, 900],
        begin({ disk }) {
          disk.fail(how);
          return () => disk.fail(null);
        },
      },
    ]),
  ),
  "disk slow": {
    group: "disk",
    everyH: 4,
    lastsS: [60, 900],
    begin({ disk, random }) {
      disk.slow(within(random, 20, 3_000));
      return () => disk.slow(0);
    },
  },
  "a bit of the disk turns over": {
    group: "disk",
    everyH: 8,
    happens({ disk, random, supervisor }) {
      const names = ["snapshot", "ledger", "object-1", "object-4", "object-3", "device.json"];
      disk.rot(names[random.below(names.length)] ?? "snapshot");
      supervisor.life()?.kill("killed");
    },
  },
  "killed while it writes": {
    group: "process",
    everyH: 3,
    happens: (scene) => scene.disk.trap(scene.random.below(8), () => life(scene)?.kill("killed")),
  },

  // ── process ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  "kill -9": { group: "process", everyH: 2, happens: (scene) => life(scene)?.kill("killed") },
  "power of the machine lost": {
    group: "process",
    everyH: 6,
    happens(scene) {
      life(scene)?.kill("power");
      scene.disk.losePower();
      scene.supervisor.holdOff(within(scene.random, 1_000, 120_000));
    },
  },
  "stopped in order": { group: "process", everyH: 6, happens: (scene) => life(scene)?.stop(0) },
  "programming button": {
    group: "process",
    everyH: 4,
    happens(scene) {
      const one = life(scene);
      one?.runner.deliver({ for: "device", type: "button.ind", at: one.runner.at() });
    },
  },
  "process held up": {
    group: "memory",
    everyH: 0.5,
    happens: (scene) => life(scene)?.runner.stall(within(scene.random, 5, 2_000)),
  },
  "process held up again and again": {
    group: "memory",
    everyH: 3,
    lastsS: [10, 120],
    begin(scene) {
      const { clock, random } = scene;
      let on = true;
      const again = (): void => {
        if (!on) return;
        const ms = within(random, 1, 60);
        life(scene)?.runner.stall(ms);
        clock.after(ms + random.around(20), again);
      };
      again();
      return () => {
        on = false;
      };
    },
  },
};
