import { readFileSync } from "node:fs";
import { pino } from "pino";
import { openConfiguration } from "../../src/cli/configuration.ts";
import { withKept } from "../../src/cli/kept.ts";
import { configuredOf } from "../../src/core/app/device/model/settings.ts";
import type { StackConfig } from "../../src/core/config.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { never } from "../../src/core/never.ts";
import { openStack } from "../../src/core/stack/stack.ts";
import { hostRequests } from "../../src/shell/host.ts";
import { openLedgers, readLedger } from "../../src/shell/store/ledger.ts";
import type { LineFile } from "../../src/shell/store/line-file.ts";
import { openSnapshots, readSnapshot } from "../../src/shell/store/snapshot.ts";
import { openStore } from "../../src/shell/store/store.ts";
import { zoneAt } from "../../src/shell/zone.ts";
import type { Cancel } from "../../src/sim/clock.ts";
import { BASE } from "./installation.ts";
import { type MqttLink, openMqttLink } from "./mqtt-link.ts";
import { openRunner } from "./runner.ts";
import type { Turns } from "./turns.ts";
import type { Ending, Started, Surroundings } from "./watch.ts";

/** As `knxpi run` does it: what is kept is read, then everything begins. */
export const startLife = (around: Surroundings): Started => {
  const { clock, turns, chip, loaded, watch } = around;
  const mount = around.disk.mount();
  const { files, asyncFiles } = mount;
  const kept = withKept(loaded.config.stack, DIRECTORY, LOG, files);
  if (!kept.ok) {
    mount.end();
    return kept;
  }
  const ledger = readLedger(DIRECTORY, LOG, files);
  const restored = { ...readSnapshot(DIRECTORY, LOG, files), ...(ledger && { ledger }) };
  const configured = configuredOf(loaded.config.stack);

  let counters: Record<string, number> = {};
  let ended = false;
  let open = false;
  const pending = new Set<Cancel>();
  const count = (counter: string, by: number): void => {
    counters[counter] = (counters[counter] ?? 0) + by;
  };
  const store = openStore({
    directory: DIRECTORY,
    configured,
    hardwareType: kept.stack.device.hardwareType,
    log: LOG,
    count,
    files,
  });
  const line = { directory: DIRECTORY, log: LOG, count, files: asyncFiles };
  const snapshots = openSnapshots(line);
  const ledgers = openLedgers(line);
  const keepSnapshot = tracked(snapshots, turns);
  const keepLedger = tracked(ledgers, turns);
  const configuration = openConfiguration({
    path: around.path,
    running: loaded.config,
    shell: () => ({
      reload: (reload) =>
        runner.deliver({
          for: "bridge",
          type: "reload.req",
          ...reload,
          reconnects: false,
          at: at(),
        }),
      rejectReload: (findings) =>
        runner.deliver({ for: "bridge", type: "reload-rejected.ind", findings, at: at() }),
    }),
    broker: () => undefined,
    setLevels: () => undefined,
    log: LOG,
  });
  const stack: StackConfig = {
    ...kept.stack,
    bridge: {
      ...kept.stack.bridge,
      about: {
        ...kept.stack.bridge.about,
        host: hostRequests(configuration.requests, undefined),
      },
    },
  };

  const after = (ms: number, act: () => void): void => {
    const cancel = clock.after(ms, () => {
      pending.delete(cancel);
      act();
    });
    pending.add(cancel);
  };
  const every = (ms: number, act: () => void): void =>
    after(ms, () => {
      act();
      every(ms, act);
    });

  const execute = (effect: Exclude<Effect, { for: "timer" }>): void => {
    switch (effect.for) {
      case "serial":
        if (effect.type === "reopen") reopen();
        else if (open) chip.write(effect.octets);
        break;
      case "mqtt":
        if (effect.type === "publish") {
          watch.published(effect);
          link.publish(effect);
        } else if (effect.type === "subscribe")
          link.subscribe(effect.filters, effect.retained ?? false);
        else if (effect.type === "look-back") link.lookBack(effect.filters);
        else link.unsubscribe(effect.filters);
        break;
      case "drops":
        count(effect.reason, 1);
        watch.dropped(effect);
        break;
      case "counters":
        if (effect.type === "reset") counters = {};
        else count(effect.counter, effect.by);
        break;
      case "host":
        host(effect);
        break;
      case "store":
        keep(effect);
        break;
      case "process":
        link.end("orderly");
        finish(EX_TEMPFAIL);
        break;
      case "transitions":
      case "control":
      case "gpio":
      case "log":
        break;
      default:
        never(effect);
    }
  };

  const keep = (effect: Extract<Effect, { for: "store" }>): void => {
    if (effect.type === "snapshot") keepSnapshot(effect.snapshot);
    else if (effect.type === "ledger") keepLedger(effect.ledger);
    else {
      const problem =
        effect.type === "save" ? store.save(effect.record) : store.keep(effect.loadable);
      if (problem !== undefined && !ended) finish(EX_IOERR);
    }
  };

  const host = ({ name, ref, parameters }: Extract<Effect, { for: "host" }>): void => {
    const answer = (reply: Extract<Impulse, { type: "request.con" }>["reply"]): void =>
      runner.deliver({ for: "bridge", type: "request.con", ref, reply, at: at() });
    if (name === "health") health(ref);
    else if (name === "restart") after(1, () => stop(EX_TEMPFAIL));
    else {
      const act = name === "log/level" ? undefined : configuration.requests[name];
      const error = { code: "unsupported", message: `${name} is not possible here` } as const;
      if (act === undefined) answer({ ok: false, error });
      else turns.track(act(parameters).then(answer));
    }
  };

  const health = (ref?: number): void =>
    runner.deliver({
      for: "bridge",
      type: "health.req",
      counters: { ...counters },
      process: { uptimeS: Math.floor(at() / 1_000), rssMb: 70, cpuPercent: 2, loopLagMs: 1 },
      inFlight: link.inFlight(),
      ...(ref !== undefined && { ref }),
      at: at(),
    });

  // ── port ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  const openPort = (): void => {
    if (open || ended) return;
    if (!around.isPlugged()) {
      after(PORT_RETRY_MS, openPort);
      return;
    }
    open = true;
    watch.portClosed(false);
    runner.deliver({ for: "dl", type: "port-opened.ind", at: at() });
  };
  const closePort = (): void => {
    if (!open || ended) return;
    open = false;
    watch.portClosed(true);
    after(PORT_RETRY_MS, openPort);
    runner.deliver({ for: "dl", type: "port-closed.ind", at: at() });
  };
  const reopen = (): void => {
    after(0, closePort);
  };
  const forget = chip.onOctets((octets) => {
    if (open) for (const octet of octets) runner.octet(octet);
  });

  // ── end ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const finish = (how: Ending): void => {
    if (ended) return;
    ended = true;
    runner.end();
    forget();
    mount.end();
    for (const cancel of pending) cancel();
    pending.clear();
    link.end(how === "power" ? "power" : "killed");
    watch.ended(how);
  };
  let stopping = false;
  const stop = (code: number): void => {
    if (stopping || ended) return;
    stopping = true;
    runner.deliver({ for: "bridge", type: "stop.req", at: at() });
    if (ended) return;
    link.end("orderly");
    void Promise.all([snapshots.settled(), ledgers.settled()]).then(() => finish(code));
    turns.nudge();
  };

  // ── beginning ──────────────────────────────────────────────────────────────────────────────────────────────────────

  const first = openStack(stack);
  const runner = openRunner({
    clock,
    first,
    execute: (effect) => {
      if (effect.for !== "timer") execute(effect);
    },
    seen: watch.seen,
    takes: watch.takes,
    done: watch.done,
    threw: (impulse, error) => {
      watch.threw(impulse, error);
      finish(EX_SOFTWARE);
    },
  });
  const { at } = runner;
  watch.begins(first, around.wall());
  const link: MqttLink = openMqttLink({
    ...around,
    base: BASE,
    payloadLimit: stack.bridge.limits.payload,
    lookBack: stack.bridge.lookBack,
    at,
    later: (make) =>
      runner.later(() => {
        const impulse = make();
        if (impulse.type === "broker.ind" && impulse.connected) after(SOON_MS, () => health());
        return impulse;
      }),
    received(message) {
      // Whoever says goodbye answers no more.
      if (!ended && !stopping) watch.received(message);
    },
  });
  after(OPEN_MS, openPort);

  let told = Number.NaN;
  let zoned = Number.NEGATIVE_INFINITY;
  const lookAtClock = (): void => {
    const now = around.wall();
    const epoch = now - at();
    const isSet = !(Math.abs(epoch - told) <= TOLERANCE_MS);
    if (isSet) {
      told = epoch;
      runner.deliver({ for: "bridge", type: "clock.ind", epoch, at: at() });
    }
    if (isSet || at() - zoned >= DAY_MS) {
      zoned = at();
      const zone = zoneAt(stack.bridge.time?.timezone ?? null, now);
      runner.deliver({ for: "bridge", type: "zone.ind", zone, at: at() });
    }
    const synchronised = around.isSynchronised();
    if (synchronised !== runner.look().bridge.features.clock.synchronised)
      runner.deliver({ for: "bridge", type: "clock-sync.ind", synchronised, at: at() });
  };
  lookAtClock();
  every(LOOK_MS, lookAtClock);
  every(HEALTH_MS, () => health());
  every(HEALTH_MS, () => watch.counted(counters));
  runner.deliver({ for: "device", type: "start.ind", at: at() });
  runner.deliver({ for: "bridge", type: "start.ind", restored, at: at() });

  return {
    ok: true,
    life: {
      runner,
      stack,
      counters: () => counters,
      isConnected: link.isConnected,
      unplug: closePort,
      plug: openPort,
      isOpen: () => open,
      reload: () => turns.track(configuration.reload()),
      stop,
      kill: finish,
    },
  };
};

/** One work at a time, whatever comes while it goes on. */
const tracked = <T>(file: LineFile<T>, turns: Turns): ((content: T) => void) => {
  let running = false;
  return (content) => {
    file.keep(content);
    if (running) return;
    running = true;
    turns.track(
      file.settled().then(() => {
        running = false;
      }),
    );
  };
};

/** Version of the program, for the head of recordings. */
export const programVersion = (): string => {
  const { version }: { version: string } = JSON.parse(readFileSync("package.json", "utf8"));
  return version;
};

const DIRECTORY = "/state";
const LOG = pino({ level: "silent" });
/** sysexits.h, as the shell ends. */
const EX_SOFTWARE = 70;
const EX_IOERR = 74;
const EX_TEMPFAIL = 75;
/** From the start to the open port. */
const OPEN_MS = 100;
const PORT_RETRY_MS = 1_000;
const LOOK_MS = 10_000;
const TOLERANCE_MS = 50;
const DAY_MS = 86_400_000;
const HEALTH_MS = 60_000;
const SOON_MS = 1_000;
