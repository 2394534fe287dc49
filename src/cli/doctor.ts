import { type Command, Option } from "commander";
import { machineFolder, wholeNumber } from "./arguments.ts";
import type { DoctorOptions } from "./doctor/doctor.ts";

/** `knxpi doctor` */
export const addDoctor = (program: Command): void => {
  program
    .command("doctor")
    .description(
      "look at everything the bridge needs, and say what to do where something is not right",
    )
    .option("-c, --config <file>", "configuration (/etc/knxpi/house.yaml, or that of --instance)")
    .option(
      "--state <directory>",
      "where the bridge keeps what must survive (/var/lib/knxpi, or that of --instance)",
    )
    .option("--port <port>", "serial port, whatever the configuration says")
    .option("--baud <number>", "its speed", wholeNumber(9600, 115_200))
    .addOption(new Option("--parity <parity>", "its parity").choices(["even", "none"]))
    .option("--socket <path>", "control socket of the running knxpi")
    .option(
      "--instance <name>",
      "which bridge, when there are several: cellar is knxpi@cellar with /etc/knxpi/cellar.yaml",
    )
    .option("--no-bus", "do not open the port, and send nothing on the bus")
    .option("--no-broker", "do not connect to the broker")
    .option(
      "--root <directory>",
      "look at /proc, /sys, /boot and /etc of another machine, recorded below a folder",
      machineFolder,
      "/",
    )
    .option("--json", "print JSON, for machines")
    .addHelpText(
      "after",
      `
✓ fine   i worth knowing   ! a warning   ✗ a problem   - not looked at, and why; → says what to do.
While the bridge runs it is asked what it knows of the transceiver; otherwise the port is opened, and one telegram asks on the bus
whether the bridge's own address is free. Nothing is changed and nothing published. With sudo it sees more.

Ends with 0 when there is no problem (warnings are none), 1 when there is one, 2 after a wrong command line, or a --root without a machine.

Examples:
  sudo knxpi doctor
  knxpi doctor --config house.yaml --port /dev/ttyUSB0
  knxpi doctor --root recorded-pi --json`,
    )
    .action(async ({ json, ...options }: DoctorOptions & { json?: true }) => {
      const [{ examine }, report] = await Promise.all([
        import("./doctor/doctor.ts"),
        import("../doctor/report.ts"),
      ]);
      const findings = await examine(options);
      if (json) console.log(JSON.stringify(report.reportJson(findings), null, 2));
      else for (const line of report.reportLines(findings)) console.log(line);
      process.exitCode = report.exitStatus(findings);
    });
};
