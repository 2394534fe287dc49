import { type Incident, life, within } from "./incident.ts";
import { BASE, BROKEN_TEXTS, editionText } from "./installation.ts";
import { BRIDGE_ADDRESS, imageOf, question } from "./tool.ts";

/** What the broker does, the clock, others on the line, and whoever writes the configuration. */
export const OTHERS_INCIDENTS: Readonly<Record<string, Incident>> = {
  // ── broker ──────────────────────────────────────────────────────────────────────────────────────────────────────────
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

  // ── clock ───────────────────────────────────────────────────────────────────────────────────────────────────────────
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

  // ── others on the line ──────────────────────────────────────────────────────────────────────────────────────────────
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

  // ── configuration ───────────────────────────────────────────────────────────────────────────────────────────────────
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
