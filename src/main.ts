#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { Command, CommanderError } from "commander";
import { addBackup } from "./cli/backup.ts";
import { addCheck } from "./cli/check.ts";
import { addDecode } from "./cli/decode.ts";
import { addDemo } from "./cli/demo.ts";
import { addDevice } from "./cli/device.ts";
import { addDiagram } from "./cli/diagram.ts";
import { addDoctor } from "./cli/doctor.ts";
import { addDpt } from "./cli/dpt.ts";
import { addExport } from "./cli/export.ts";
import { addGroup } from "./cli/group.ts";
import { addInstall } from "./cli/install.ts";
import { addLog } from "./cli/log.ts";
import { addStatus, addTransitions } from "./cli/look.ts";
import { addMem } from "./cli/mem.ts";
import { addMonitor } from "./cli/monitor.ts";
import { addProduct } from "./cli/product.ts";
import { addProject } from "./cli/project.ts";
import { addProp } from "./cli/prop.ts";
import { addRecord } from "./cli/record.ts";
import { addReplay } from "./cli/replay.ts";
import { addRun } from "./cli/run.ts";
import { addState } from "./cli/state.ts";
import { version } from "./cli/version.ts";

const USAGE = 2;
const INTERNAL = 70;

// The young generation stays at 2 MB instead of growing to 48: many short pauses instead of few long ones, and 30 MB less.
setFlagsFromString("--semi-space-growth-factor=1");

/** The commands load what they need when they are called: `knxpi --help` and the first acknowledge do not wait for it. */
const program = new Command("knxpi")
  .description("KNX twisted-pair device and MQTT bridge for a transceiver chip on a serial port")
  .version(version(), "-V, --version", "print the version")
  .showHelpAfterError("(add --help for what is possible)")
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  knxpi demo                          a simulated house and a broker, nothing else needed
  knxpi check house.yaml              what is wrong with a configuration, without bus and broker
  knxpi doctor                        what is not right on this machine, and what to do
  knxpi run --config house.yaml       the bridge on the real bus
  knxpi monitor                       what is on the line, from the running bridge
  knxpi device info 1.1.5             what a device tells about itself
  knxpi group write 1/2/3 1           send a value
  knxpi decode "bc 11 05 0a 03 e1 00 81 3e"   what a telegram means

knxpi <command> --help shows more.`,
  );

for (const add of [
  ...[addRun, addDemo, addCheck, addDecode],
  ...[
    addStatus,
    addMonitor,
    addGroup,
    addDevice,
    addProp,
    addMem,
    addTransitions,
    addLog,
    addRecord,
    addDiagram,
    addDoctor,
    addProduct,
    addDpt,
    addProject,
    addReplay,
    addExport,
    addState,
    addInstall,
    addBackup,
  ],
])
  add(program);

// Whoever reads our output has enough (`| head`): that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  else if (error instanceof Error && error.constructor === Error) {
    // What the world refused, told to the user; anything else is a bug and keeps its stack.
    console.error(`error: ${error.message}`);
    process.exit(1);
  } else {
    console.error(error);
    process.exit(INTERNAL);
  }
}
