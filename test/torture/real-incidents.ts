import { setTimeout as pause } from "node:timers/promises";
import type { offerOnPty } from "../../src/sim/pty.ts";
import type { Random } from "../../src/sim/random.ts";
import { BASE, BROKEN_TEXTS, editionText } from "./installation.ts";
import type { openRealClients } from "./real-clients.ts";
import { eatMemory, type openSmallDisk } from "./real-machine.ts";
import type { keepRunning } from "./real-program.ts";
import type { openWorld } from "./world.ts";

type Scene = Readonly<{
  random: Random;
  world: ReturnType<typeof openWorld>;
  clients: ReturnType<typeof openRealClients>;
  broker: ReturnType<typeof keepRunning>;
  bridge: ReturnType<typeof keepRunning>;
  pty: Awaited<ReturnType<typeof offerOnPty>>;
  disk: ReturnType<typeof openSmallDisk>;
  write(text: string): void;
  kill(): void;
}>;

/** What can be done to a process from outside, by what the report calls it. */
export const realIncidents = (
  scene: Scene,
): Readonly<Record<string, () => Promise<void> | void>> => {
  const { random, world, clients, broker, bridge, pty, disk, write } = scene;
  const within = (from: number, to: number): number => from + random.below(to - from);
  return {
    "kill -9": () => {
      clients.away(true);
      scene.kill();
    },
    "kill -9 while it starts": async () => {
      clients.away(true);
      scene.kill();
      await pause(1_200 + random.below(1_500));
      scene.kill();
    },
    "kill -9 of the broker": async () => {
      clients.away(true);
      broker.holdOff(within(500, 8_000));
      broker.kill("SIGKILL");
      await pause(1_000);
    },
    "SIGSTOP, SIGCONT": async () => {
      clients.away(true);
      bridge.kill("SIGSTOP");
      await pause(within(100, 4_000));
      bridge.kill("SIGCONT");
      await pause(4_000);
      clients.away(false);
    },
    "pty taken away": async () => {
      clients.away(true);
      await pty.takeAway();
      await pause(within(500, 8_000));
      await pty.giveBack();
      await pause(6_000);
      clients.away(false);
    },
    "bus without power": async () => {
      clients.away(true);
      world.house.line.power(false);
      await pause(within(200, 8_000));
      world.house.line.power(true);
      await pause(4_000);
      clients.away(false);
    },
    "chip mute": async () => {
      clients.away(true);
      world.house.chip.mute(true);
      await pause(within(200, 8_000));
      world.house.chip.mute(false);
      await pause(6_000);
      clients.away(false);
    },
    "noise on the line": async () => {
      clients.away(true);
      world.disturb("bus", { busDamaged: 0.2, nak: 0.1, busy: 0.1 });
      world.disturb("host", { hostLost: 0.01, hostFlipped: 0.01, hostDoubled: 0.01 });
      await pause(within(2_000, 10_000));
      world.disturb("bus", {});
      world.disturb("host", {});
      await pause(4_000);
      clients.away(false);
    },
    "memory wanted by others": () => eatMemory(200, 8_000),
    "SIGHUP with another file": () => {
      write(editionText(random.below(3)));
      bridge.kill("SIGHUP");
    },
    "SIGHUP with errors": async () => {
      write(BROKEN_TEXTS[random.below(BROKEN_TEXTS.length)] ?? "");
      bridge.kill("SIGHUP");
      await pause(2_000);
      write(editionText(0));
      bridge.kill("SIGHUP");
    },
    "flood of commands": () => {
      for (let n = 0; n < 600; n++) clients.say(`${BASE}/ga/1/1/10/set`, String(n % 2));
    },
    "payloads that nobody should send": () => {
      for (const text of ["", "{", '{"value":', "x".repeat(70_000), "[".repeat(4_000), "\u0000"])
        for (const leaf of [
          "ga/6/0/1/set",
          "ga/6/0/1/get",
          "entity/dining/set",
          "bridge/request/group/batch",
        ])
          clients.say(`${BASE}/${leaf}`, text);
    },
    ...(disk.fill && {
      "disk full": async () => {
        disk.fill?.();
        await pause(within(5_000, 20_000));
        disk.empty?.();
      },
    }),
    ...(disk.readOnly && {
      "disk read-only": async () => {
        disk.readOnly?.(true);
        await pause(within(5_000, 20_000));
        disk.readOnly?.(false);
      },
    }),
  };
};

/** Of these each ends the process. */
export const KILLS: ReadonlySet<string> = new Set(["kill -9", "kill -9 while it starts"]);
