import type { Group, Incident, Scene } from "./incident.ts";
import { INCIDENTS } from "./incidents.ts";

/** Plans what happens, and takes it back. */
export const openIncidents = (
  scene: Scene,
  groups: readonly Group[],
  trace: (text: string) => void,
) => {
  const { clock, random } = scene;
  const counts: Record<string, number> = {};
  const under = new Map<string, () => void>();
  let plan = 0;

  const begin = (name: string, incident: Incident, current: number): void => {
    if (current !== plan) return;
    trace(`BEGIN ${name}`);
    counts[name] = (counts[name] ?? 0) + 1;
    if ("happens" in incident) {
      incident.happens(scene);
      arrange(name, incident, current);
      return;
    }
    const end = incident.begin(scene);
    under.set(name, end);
    const [from, to] = incident.lastsS;
    clock.after(1_000 * (from + random.next() ** 2 * (to - from)), () => {
      if (current !== plan) return;
      trace(`END ${name}`);
      under.delete(name);
      end();
      arrange(name, incident, current);
    });
  };
  const arrange = (name: string, incident: Incident, current: number): void => {
    clock.after(random.around(incident.everyH * HOUR_MS), () => begin(name, incident, current));
  };
  return {
    go(): void {
      plan += 1;
      for (const [name, incident] of Object.entries(INCIDENTS))
        if (groups.includes(incident.group)) arrange(name, incident, plan);
    },
    pause(): void {
      plan += 1;
      for (const end of under.values()) end();
      under.clear();
    },
    counts: () => counts,
  };
};

const HOUR_MS = 3_600_000;
