import type { Random } from "../../src/sim/random.ts";
import { checkOctet } from "../../src/sim/tp1.ts";
import { type Incident, life, within } from "./incident.ts";

/** What happens between the bridge and the line, and on it. */
export const BUS_INCIDENTS: Readonly<Record<string, Incident>> = {
  // ── between host and chip ───────────────────────────────────────────────────────────────────────────────────────────
  "octets lost, flipped, doubled": {
    group: "port",
    everyH: 1.5,
    lastsS: [5, 90],
    begin({ world, random, disturbed, clock }) {
      const rate = (): number => (random.chance(0.6) ? random.next() * 0.02 : 0);
      world.disturb("host", { hostLost: rate(), hostFlipped: rate(), hostDoubled: rate() });
      let on = true;
      const tell = (): void => {
        disturbed();
        if (on) clock.after(1_000, tell);
      };
      tell();
      return () => {
        on = false;
        world.disturb("host", {});
      };
    },
  },
  "octets out of nothing": {
    group: "port",
    everyH: 2,
    happens(scene) {
      const { random, clock, disturbed } = scene;
      disturbed();
      for (let n = 0, at = 0; n < 10 + random.below(200); n++) {
        at += random.chance(0.9) ? 1.4 : random.around(60);
        const octet = random.below(256);
        clock.after(at, () => {
          disturbed();
          life(scene)?.runner.octet(octet);
        });
      }
    },
  },
  "port taken away": {
    group: "port",
    everyH: 3,
    lastsS: [1, 90],
    begin(scene) {
      scene.machine.plugged = false;
      life(scene)?.unplug();
      return () => {
        scene.machine.plugged = true;
      };
    },
  },

  // ── chip ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  "chip resets by itself": {
    group: "chip",
    everyH: 1,
    happens: ({ world }) => world.house.chip.reset(),
  },
  "chip mute": {
    group: "chip",
    everyH: 2,
    lastsS: [1, 120],
    begin({ world, account }) {
      world.house.chip.mute(true);
      account.deaf("chip mute", true);
      return () => {
        world.house.chip.mute(false);
        account.deaf("chip mute", false);
      };
    },
  },
  "chip too hot": {
    group: "chip",
    everyH: 4,
    lastsS: [5, 60],
    begin({ world }) {
      world.house.chip.overheat(true);
      return () => world.house.chip.overheat(false);
    },
  },
  "bus monitor": {
    group: "chip",
    everyH: 8,
    lastsS: [10, 120],
    begin(scene) {
      const one = life(scene);
      if (one === undefined) return () => undefined;
      const set = (on: boolean): void =>
        one.runner.deliver({ for: "dl", type: "busmonitor.req", on, at: one.runner.at() });
      scene.account.deaf("bus monitor", true);
      set(true);
      return () => {
        set(false);
        scene.account.deaf("bus monitor", false);
        scene.account.missed("bus monitor");
      };
    },
  },

  // ── line ────────────────────────────────────────────────────────────────────────────────────────────────────────────
  "noise on the line": {
    group: "line",
    everyH: 1,
    lastsS: [10, 180],
    begin({ world, random }) {
      world.disturb("bus", {
        busDamaged: random.next() * 0.4,
        nak: random.next() * 0.3,
        busy: random.next() * 0.3,
      });
      return () => world.disturb("bus", {});
    },
  },
  "bus without power": {
    group: "line",
    everyH: 3,
    lastsS: [0.2, 600],
    begin({ world, account }) {
      world.house.line.power(false);
      account.deaf("no bus power", true);
      return () => {
        account.deaf("no bus power", false);
        world.house.line.power(true);
      };
    },
  },
  "frames that are none": {
    group: "line",
    everyH: 1,
    happens({ world, random }) {
      for (let n = 0; n < 1 + random.below(30); n++) world.shout(strange(random));
    },
  },
  "somebody has our address": {
    group: "line",
    everyH: 3,
    happens({ world, random }) {
      for (let n = 0; n < 1 + random.below(5); n++)
        world.shout(
          closed([0xbc, 0x11, 0xfa, 0x30, random.below(256), 0xe1, 0x00, 0x80 | random.below(2)]),
        );
    },
  },
  "line full": {
    group: "traffic",
    everyH: 5,
    lastsS: [20, 120],
    begin: ({ world, random }) => world.talk(within(random, 5, 60)),
  },
  "everybody commands": {
    group: "traffic",
    everyH: 4,
    lastsS: [20, 180],
    begin({ clients, random }) {
      clients.pace(within(random, 1, 30));
      return () => clients.pace(PEACEFUL_COMMANDS);
    },
  },
};

/** Commands a second, in peace. */
export const PEACEFUL_COMMANDS = 0.02;

/** Polls, frames of other formats, wrong check octets, lengths that lie, and frames that are right but of no use. */
const strange = (random: Random): readonly number[] => {
  const octet = (): number => random.below(256);
  const group = [0x11, 0x60 + random.below(8), 0x30, octet()];
  const kinds: readonly (() => readonly number[])[] = [
    () => closed([0xf0, 0x11, 0x01, 0x00, 0x01, random.below(4)]),
    () => [...closed([0xbc, ...group, 0xe1, 0x00, 0x80]).slice(0, -1), octet()],
    () => closed([0xbc, ...group, 0xe0 | random.below(16), 0x00, 0x80]),
    () => closed([0x3c, 0xe0 | random.below(16), ...group, 0x01, 0x00, 0x80]),
    () => closed([octet(), octet(), octet(), octet()]),
    () => closed([0xbc, ...group, 0xe1, octet(), octet()]),
    () => closed([0xb0, 0x11, 0x61, 0x11, 0xfa, 0x61, octet(), octet()]),
    () => closed([0xb0, 0x11, 0x62, 0x00, 0x00, 0xe1, 0x03, octet()]),
    () => closed([0x3c, 0xe0, ...group, 0x14, 0x00, 0x80, ...Array.from({ length: 20 }, octet)]),
    // To objects that are there, with a length that they do not have.
    () => closed([0xbc, 0x11, 0x65, 0x30, 0x01, 0xe3, 0x00, 0x80, octet(), octet()]),
  ];
  return (kinds[random.below(kinds.length)] ?? (() => [0xcc]))();
};

/** With its check octet. */
const closed = (octets: readonly number[]): readonly number[] => [...octets, checkOctet(octets)];
