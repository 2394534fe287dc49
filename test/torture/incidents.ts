import type { VirtualClock } from "../../src/sim/clock.ts";
import type { Random } from "../../src/sim/random.ts";
import { checkOctet } from "../../src/sim/tp1.ts";
import type { Account } from "./account.ts";
import type { Broker } from "./broker.ts";
import type { Clients } from "./clients.ts";
import type { Disk, DiskFault } from "./disk.ts";
import { BASE, BROKEN_TEXTS, editionText } from "./installation.ts";
import type { Judge } from "./judge.ts";
import type { Supervisor } from "./supervisor.ts";
import { BRIDGE_ADDRESS, imageOf, question, type Tool } from "./tool.ts";
import type { World } from "./world.ts";

/** Where faults come from; `--faults` names them. */
export const GROUPS = [
  "line",
  "port",
  "chip",
  "disk",
  "broker",
  "clock",
  "memory",
  "process",
  "peers",
  "config",
  "traffic",
] as const;
export type Group = (typeof GROUPS)[number];

/** Everything that something can happen to. */
export type Scene = Readonly<{
  clock: VirtualClock;
  random: Random;
  world: World;
  broker: Broker;
  disk: Disk;
  clients: Clients;
  tool: Tool;
  supervisor: Supervisor;
  account: Account;
  judge: Judge;
  /** What the chip says is not what arrives. */
  disturbed(): void;
  /** What the machine is like. */
  machine: { wallOffset: number; synchronised: boolean; plugged: boolean; twin: boolean };
  /** A procedure of the bridge itself. */
  ask(): void;
}>;

export type Incident = Readonly<{
  group: Group;
  /** Mean time between two, hours. */
  everyH: number;
}> &
  (Moment | Lasting);
type Moment = Readonly<{ happens(scene: Scene): void }>;
type Lasting = Readonly<{
  /** How long, s: from … to. */
  lastsS: readonly [from: number, to: number];
  /** @returns what ends it */
  begin(scene: Scene): () => void;
}>;

const within = (random: Random, from: number, to: number): number =>
  from + random.next() * (to - from);
const life = ({ supervisor }: Scene) => supervisor.life();

export const INCIDENTS: Readonly<Record<string, Incident>> = {
  // ── between host and chip ──────────────────────────────────────────────────────────────────────────────────────────
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

  // ── chip ───────────────────────────────────────────────────────────────────────────────────────────────────────────
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

  // ── line ───────────────────────────────────────────────────────────────────────────────────────────────────────────
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

  // ── disk ───────────────────────────────────────────────────────────────────────────────────────────────────────────
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

  // ── process ────────────────────────────────────────────────────────────────────────────────────────────────────────
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

  // ── broker ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  "broker away": {
    group: "broker",
    everyH: 3,
    lastsS: [1, 600],
    begin({ broker }) {
      broker.stop(true);
      return () => broker.start();
    },
  },
  "broker forgets everything": {
    group: "broker",
    everyH: 4,
    lastsS: [0.1, 60],
    begin({ broker, judge, supervisor }) {
      broker.stop(false);
      // Whoever has not looked yet will find nothing there.
      if ((supervisor.life()?.runner.look().bridge.broker.session ?? 0) === 0)
        judge.begins(undefined);
      return () => broker.start();
    },
  },
  "broker refuses": {
    group: "broker",
    everyH: 6,
    lastsS: [10, 300],
    begin({ broker }) {
      broker.refuse(true);
      broker.network(false);
      broker.network(true);
      return () => broker.refuse(false);
    },
  },
  "network gone": {
    group: "broker",
    everyH: 3,
    lastsS: [0.1, 120],
    begin({ broker }) {
      broker.network(false);
      return () => broker.network(true);
    },
  },
  "broker slow": {
    group: "broker",
    everyH: 3,
    lastsS: [10, 300],
    begin({ broker, random }) {
      broker.delay(within(random, 50, 8_000));
      return () => broker.delay(2);
    },
  },
  "flood of commands": {
    group: "broker",
    everyH: 3,
    happens: ({ clients, random }) => clients.flood(200 + random.below(2_500)),
  },
  "payloads that nobody should send": {
    group: "broker",
    everyH: 1,
    happens: ({ clients, random }) => clients.garbage(1 + random.below(60)),
  },
  "commands that the broker keeps": {
    group: "broker",
    everyH: 4,
    happens: ({ clients }) => clients.retained(),
  },
  "Home Assistant starts": {
    group: "broker",
    everyH: 6,
    happens: ({ clients }) => clients.say("homeassistant/status", "online"),
  },
  "another bridge on our topics": {
    group: "broker",
    everyH: 20,
    lastsS: [20, 300],
    begin({ broker, machine }) {
      machine.twin = true;
      const before = broker.retained().get(`${BASE}/bridge/info`);
      const info = { instance_id: "00fa:99999999" };
      broker.publish({ topic: `${BASE}/bridge/info`, payload: JSON.stringify(info), retain: true });
      broker.publish({ topic: `${BASE}/bridge/state`, payload: "online", retain: true });
      broker.network(false);
      broker.network(true);
      return () => {
        machine.twin = false;
        broker.publish({ topic: `${BASE}/bridge/state`, payload: "offline", retain: true });
        if (before !== undefined)
          broker.publish({ topic: `${BASE}/bridge/info`, payload: before, retain: true });
      };
    },
  },

  // ── clock ──────────────────────────────────────────────────────────────────────────────────────────────────────────
  "clock set": {
    group: "clock",
    everyH: 3,
    happens({ machine, random }) {
      const scales = [1_000, 60_000, 3_600_000, 86_400_000, 400 * 86_400_000];
      const scale = scales[random.below(scales.length)] ?? 1_000;
      machine.wallOffset += scale * (random.next() * 2 - 1);
    },
  },
  "clock of a machine without a battery": {
    group: "clock",
    everyH: 10,
    lastsS: [10, 600],
    begin({ machine, clock }) {
      const right = machine.wallOffset;
      machine.wallOffset = -clock.now();
      machine.synchronised = false;
      return () => {
        machine.wallOffset = right;
        machine.synchronised = true;
      };
    },
  },

  // ── others on the line ─────────────────────────────────────────────────────────────────────────────────────────────
  "a tool looks into the bridge": {
    group: "peers",
    everyH: 1,
    happens: ({ tool, random }) => tool.begin(question(random), null),
  },
  "a tool loses interest": {
    group: "peers",
    everyH: 1.5,
    happens: ({ tool, random }) => tool.begin(question(random), within(random, 5, 400)),
  },
  "a download": {
    group: "peers",
    everyH: 5,
    happens: ({ tool, random }) =>
      tool.begin(
        { name: "device.program", peer: BRIDGE_ADDRESS, image: imageOf(1 + random.below(200)) },
        null,
      ),
  },
  "a download that is cut": {
    group: "peers",
    everyH: 5,
    happens: ({ tool, random }) =>
      tool.begin(
        { name: "device.program", peer: BRIDGE_ADDRESS, image: imageOf(1 + random.below(200)) },
        within(random, 100, 20_000),
      ),
  },
  "the bridge looks into others": { group: "peers", everyH: 1, happens: ({ ask }) => ask() },

  // ── configuration ──────────────────────────────────────────────────────────────────────────────────────────────────
  "configuration changed": {
    group: "config",
    everyH: 4,
    happens(scene) {
      scene.supervisor.edit(editionText(scene.random.below(3)));
      life(scene)?.reload();
    },
  },
  "configuration with errors": {
    group: "config",
    everyH: 4,
    happens(scene) {
      const text = BROKEN_TEXTS[scene.random.below(BROKEN_TEXTS.length)] ?? "";
      scene.supervisor.edit(text);
      life(scene)?.reload();
      scene.clock.after(30_000, () => scene.supervisor.edit(editionText(0)));
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
