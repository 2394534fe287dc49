import { resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { checkClock } from "../../doctor/checks/clock.ts";
import { checkConfiguration } from "../../doctor/checks/configuration.ts";
import { checkConsole } from "../../doctor/checks/console.ts";
import { checkMachine } from "../../doctor/checks/machine.ts";
import { checkPort } from "../../doctor/checks/port.ts";
import { checkPower } from "../../doctor/checks/power.ts";
import { checkService, checkState } from "../../doctor/checks/service.ts";
import { checkStorage } from "../../doctor/checks/storage.ts";
import { checkUart } from "../../doctor/checks/uart.ts";
import { checkUsb } from "../../doctor/checks/usb.ts";
import { type Facts, readFacts } from "../../doctor/facts/facts.ts";
import { throttledIn } from "../../doctor/facts/power.ts";
import { openRoot } from "../../doctor/facts/root.ts";
import { type Finding, speaker } from "../../doctor/finding.ts";
import { instanceOf } from "../../doctor/instance.ts";
import { probeClock, probeService, probeThrottled } from "../../doctor/probe/systemd.ts";
import { findWantedPort, type Wanted, type WantedPort } from "../../doctor/wanted.ts";
import type { SerialOptions } from "../../shell/serial-port.ts";
import { readHouse, wantedOf } from "./house.ts";
import type { Bridge } from "./running.ts";

export type DoctorOptions = Readonly<{
  config?: string;
  state?: string;
  port?: string;
  baud?: number;
  parity?: "even" | "none";
  /** Files of this machine, or of another one. */
  root: string;
  /** false: nothing is sent to the transceiver, and nothing on the bus. */
  bus: boolean;
  /** false: nobody is asked over the network. */
  broker: boolean;
  socket?: string;
  instance?: string;
  /** How the port is reached; the system's serial ports when left out. */
  binding?: SerialOptions["binding"];
}>;

/** Looks at everything, several things at a time, and says what was found. */
export const examine = async (options: DoctorOptions): Promise<readonly Finding[]> => {
  const here = resolve(options.root) === "/";
  const root = openRoot(options.root);
  const usual = instanceOf(options.instance);
  const instance = {
    ...usual,
    state: options.state === undefined ? usual.state : resolve(options.state),
  };
  const house = await readHouse(options.root, options);
  const config = house.loaded?.ok ? house.loaded.config : undefined;
  const facts = readFacts(root, here ? self() : null, instance);
  const wanted = wantedOf(config, options);
  const port = findWantedPort(wanted, facts, root);
  const bridge = here
    ? await (await import("./running.ts")).askBridge(
        {
          socket: options.socket ?? config?.control?.socket,
          name: options.instance ?? config?.instance,
        },
        instance,
      )
    : NOBODY;
  // What it says of its own transceiver is of no interest beside another port.
  const said = bridge.findings.filter(
    ({ group }) => options.port === undefined || group !== "transceiver",
  );
  const [bus, broker, service, synchronised, throttled] = await Promise.all([
    lookAtBus({ ...options, here }, wanted, port, facts, bridge),
    lookAtBroker({ ...options, here }, config, facts, bridge),
    here && facts.services.hasSystemd ? probeService(`${instance.unit}.service`) : null,
    here ? probeClock() : null,
    here && facts.power.throttled === null && facts.machine.pi !== null ? probeThrottled() : null,
  ]);
  const { entry, hidden } = facts.state;
  const kept =
    here && config !== undefined && entry !== null && !hidden
      ? (await import("./kept.ts")).lookAtKept(config, instance)
      : [];
  const measured: Facts = {
    ...facts,
    power: { ...facts.power, throttled: facts.power.throttled ?? throttledIn(throttled) },
  };
  return [
    ...checkMachine(measured),
    ...checkUart(measured, wanted, port),
    ...checkConsole(measured, port),
    ...(here ? [...checkPort(measured, port), ...checkUsb(measured, port)] : []),
    ...bus,
    ...broker,
    ...checkConfiguration(house.path, house.named, house.loaded, instance),
    ...said,
    ...checkService(measured, service),
    ...checkState(measured),
    ...kept,
    ...(here ? checkClock(measured, { synchronised, now: Date.now() }) : []),
    ...checkStorage(measured),
    ...checkPower(measured),
  ];
};

type Where = DoctorOptions & Readonly<{ here: boolean }>;

const transceiver = speaker("transceiver");

const lookAtBus = async (
  { here, bus, binding, port: named }: Where,
  wanted: Wanted,
  port: WantedPort,
  { processes, instance }: Facts,
  bridge: Bridge,
): Promise<readonly Finding[]> => {
  const skip = (why: string, remedy: string) => [transceiver.skipped("chip", why, remedy)];
  if (!here)
    return skip(
      "the files of another machine are looked at, not its transceiver",
      "knxpi doctor there",
    );
  if (!bus) return skip("not asked, because of --no-bus", instance.doctor);
  // It has told of its own already; a port that is named may be another one.
  if (bridge.status !== null && named === undefined) return [];
  if (bridge.runs && named === undefined)
    return skip("the running bridge has the transceiver", `sudo ${instance.doctor}`);
  const { path, remote, node, tty } = port;
  if (path === null || (!remote && node === null && binding === undefined))
    return skip("there is no port to ask it on", "See port above.");
  const name = tty === null ? path : `/dev/${tty.name}`;
  const holder = processes.programs.find(({ ports }) => ports.includes(name));
  if (holder !== undefined)
    return skip(`${holder.name} (process ${holder.pid}) has the port`, "See holder above.");
  const { askBus } = await import("./bus.ts");
  return askBus(wanted, path, binding);
};

const lookAtBroker = async (
  { here, broker }: Where,
  config: Config | undefined,
  { instance }: Facts,
  { runs }: Bridge,
): Promise<readonly Finding[]> => {
  const { skipped } = speaker("broker");
  if (!here)
    return [
      skipped(
        "login",
        "the files of another machine are looked at, not its broker",
        "knxpi doctor there",
      ),
    ];
  if (!broker) return [skipped("login", "not asked, because of --no-broker", instance.doctor)];
  if (config === undefined)
    return [
      skipped(
        "login",
        "without a sound configuration nobody knows which broker",
        "See configuration below.",
      ),
    ];
  return (await import("./broker.ts")).askBroker(config, runs, instance);
};

const NOBODY: Bridge = { runs: false, status: null, findings: [] };

const self = () => {
  const gid = process.getgid?.() ?? 0;
  return {
    uid: process.getuid?.() ?? 0,
    gids: [...new Set([gid, ...(process.getgroups?.() ?? [])])],
    node: process.versions.node,
  };
};
