import { type Command, InvalidArgumentError, Option } from "commander";
import type { LogLevel } from "../config/config.ts";
import type { ChipKind } from "../core/config.ts";
import type { House, HouseObject } from "../sim/house.ts";
import { withMachine } from "./machine.ts";
import { version } from "./version.ts";

export type DemoOptions = Readonly<{
  port: number;
  httpPort: number;
  chip: ChipKind;
  faults?: number;
  pty?: string;
  logLevel: LogLevel;
}>;

/** `knxpi demo` */
export const addDemo = (program: Command): void => {
  program
    .command("demo")
    .description("run the bridge on a simulated house with a broker of its own")
    .option("-p, --port <number>", "where the broker listens", wholeNumber, 1883)
    .option("--http-port <number>", "where metrics and health are served", wholeNumber, 13_671)
    .addOption(
      new Option("--chip <kind>", "the transceiver chip that is simulated")
        .choices(["tpuart2", "ncn5120", "e981"])
        .default("tpuart2"),
    )
    .option(
      "--faults <seed>",
      "disturb line and chip at random, the same way each time",
      wholeNumber,
    )
    .option("--pty <path>", "offer a second chip on the line as a serial device, through socat")
    .addOption(
      new Option("--log-level <level>", "how much of the log to show")
        .choices(["trace", "debug", "info", "warn", "error", "silent"])
        .default("warn"),
    )
    .addHelpText(
      "after",
      `
Everything is the real program but the line: the chip is simulated down to its octets, behind the same
serial port interface as a real one. Nothing else has to be installed; any MQTT client can look on.

Examples:
  knxpi demo
  knxpi demo --port 2883 --chip ncn5120
  knxpi demo --faults 7 --log-level info      how the bridge copes with a bad line
  knxpi demo --pty /tmp/knx-tty               and then: knxd -e 1.1.200 -E 1.1.201:4 -b tpuarts:/tmp/knx-tty`,
    )
    .action(async (options: DemoOptions) => {
      process.exit(await demo(options));
    });
};

/** @returns the exit code, once the demo was stopped */
const demo = async (options: DemoOptions): Promise<number> => {
  const [
    house,
    config,
    { openLog },
    { openBroker },
    { openShell },
    { untilEnded },
    { openControlPart },
    { recorderFor },
    { openWeb },
  ] = await Promise.all([
    import("../sim/house.ts"),
    import("../config/load.ts"),
    import("../shell/log.ts"),
    import("../shell/broker.ts"),
    import("../shell/shell.ts"),
    import("../shell/signals.ts"),
    import("./serve-control.ts"),
    import("./recorder.ts"),
    import("./serve-web.ts"),
  ]);
  const simulated = house.startHouse({
    kind: options.chip,
    lively: true,
    ...(options.faults !== undefined && { seed: options.faults, rates: FAULTS }),
  });
  const guest =
    options.pty === undefined
      ? undefined
      : await (await import("../sim/pty.ts")).offerOnPty(
          simulated.addChip({ kind: "tpuart2", name: "pty" }),
          options.pty,
        );
  const loaded = config.loadConfig(
    configuration(simulated, house.HOUSE_OBJECTS, options.httpPort),
    {
      path: "demo.yaml",
      env: {},
      readFile: () => "",
    },
  );
  if (!loaded.ok)
    throw new Error(`demo: ${loaded.errors.map(({ message }) => message).join("; ")}`);
  const { stack, port, mqtt, control, recorder: kept } = loaded.config;
  const levels = await openLog(options.logLevel);
  const log = levels.logger;
  const broker = await openBroker(levels.of("broker"), { base: mqtt.base, port: options.port });
  const about = { version: version(), instance: INSTANCE };
  const web = await openWeb(loaded.config, about, undefined, levels.of("web"));
  const recorder = recorderFor(kept, { about, log: levels.of("recorder") });
  const shell = openShell({
    config: withMachine(stack, undefined),
    about,
    serial: { ...port, binding: simulated.binding },
    mqtt: {
      ...mqtt,
      url: broker.url,
      version: broker.version,
      payloadLimit: stack.bridge.limits.payload,
    },
    log,
    levels,
    recorder,
    observers: web ? [web.observer] : [],
  });
  if (web) shell.supervise(web.child(shell.look));
  console.log(banner(broker.port, options.httpPort));
  broker.watch(`${mqtt.base}/ga/#`, showChanges());
  const ended = untilEnded(shell, log);
  // The demo is a demo without it as well.
  if (control !== null)
    shell.supervise(
      openControlPart({
        control: shell.control,
        config: control,
        instance: INSTANCE,
        log: levels.of("control"),
      }).child,
    );
  const code = await ended;
  await broker.close();
  await guest?.close();
  simulated.stop();
  return code;
};

const INSTANCE = "demo";

/** JSON is YAML, so the house goes through the same checks as any configuration. */
const configuration = (
  { path }: House,
  objects: readonly HouseObject[],
  httpPort: number,
): string =>
  JSON.stringify({
    version: 1,
    instance: INSTANCE,
    knx: { port: path, chip: "auto", address: "1.1.250" },
    objects: objects.map(({ state, ...object }) => ({
      ...object,
      ...(state !== undefined && { state_ga: state }),
    })),
    entities: ENTITIES,
    homeassistant: {},
    http: { port: httpPort },
  });

/** What people see of the house: functions instead of group addresses. */
const ENTITIES = [
  {
    id: "ceiling",
    type: "light",
    name: "Ceiling light",
    room: "Living room",
    switch: { write: "1/1/10", state: "1/4/10" },
  },
  {
    id: "dining",
    type: "light",
    name: "Dining light",
    room: "Dining room",
    brightness: { write: "1/3/10", state: "1/5/10" },
  },
  {
    id: "blind",
    type: "cover",
    name: "Blind",
    room: "Living room",
    up_down: "2/1/1",
    stop: "2/1/2",
    position: { write: "2/1/3", state: "2/1/4" },
  },
];

/** One line for each value that changed. */
const showChanges = (): ((topic: string, payload: string) => void) => {
  const shown = new Map<string, string>();
  return (topic, payload) => {
    if (!topic.endsWith("/state")) return;
    const state: { ga: string; name?: string; value: unknown; text?: string; unit?: string } =
      JSON.parse(payload);
    const shownValue = state.text ?? JSON.stringify(state.value);
    const value = state.unit === undefined ? shownValue : `${shownValue} ${state.unit}`;
    if (shown.get(state.ga) === value) return;
    shown.set(state.ga, value);
    const time = new Date().toTimeString().slice(0, 8);
    console.log(`${time}  ${state.ga.padEnd(7)} ${(state.name ?? "").padEnd(30)} ${value}`);
  };
};

const banner = (port: number, httpPort: number): string => {
  const broker = `-h 127.0.0.1 -p ${port}`;
  return `
A simulated KNX line with a lamp, a dimmer, a blind, a push button and a room temperature sensor.
The bridge is 1.1.250; its broker is mqtt://127.0.0.1:${port} (MQTT 3.1.1). Try in another terminal:

  mosquitto_sub ${broker} -v -t 'knx/ga/+/+/+/state'      watch every value
  mosquitto_pub ${broker} -t knx/ga/1/1/10/set -m on      switch the lamp; its status is 1/4/10
  mosquitto_pub ${broker} -t knx/ga/1/3/10/set -m 40      dim to 40 %; status 1/5/10
  mosquitto_pub ${broker} -t knx/ga/2/1/3/set -m 50       blind to half; watch 2/1/4 move
  mosquitto_pub ${broker} -t knx/entity/dining/set -m '{"brightness":70}'
  mosquitto_pub ${broker} -t knx/ga/4/0/1/get -n          ask the sensor for the temperature
  mosquitto_pub ${broker} -t knx/ga/1/3/10/set -m 150     refused, see 'knx/bridge/error'

  knxpi monitor            every telegram on the line
  knxpi status             link, address, counters
  knxpi log debug --module dl --for 1m
  curl http://127.0.0.1:${httpPort}/metrics      and /health
  knxpi group write 1/1/10 1

Ctrl-C ends it. Values as they change:
`;
};

const wholeNumber = (text: string): number => {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= 65_535) return number;
  throw new InvalidArgumentError("Not a whole number from 0 to 65535.");
};

/** Often enough to be seen within a minute. */
const FAULTS = { hostLost: 0.001, hostFlipped: 0.001, busDamaged: 0.02, nak: 0.02, busy: 0.02 };
