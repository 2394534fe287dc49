import type { Command } from "commander";
import { examples } from "./examples.ts";
import {
  addStationOptions,
  type StationOptions,
  untilInterrupted,
  withStation,
} from "./station/command.ts";
import { painter, rawLine, telegramLine } from "./telegram-line.ts";

/** `knxpi monitor` */
export const addMonitor = (program: Command): void => {
  addStationOptions(program.command("monitor"))
    .description("show what is on the line until Ctrl-C")
    .option(
      "--raw",
      "every octet and acknowledge: the chip only listens, and nobody can send meanwhile",
    )
    .addHelpText(
      "after",
      `
Own telegrams have a double arrow. Colours are for terminals only, and not with NO_COLOR.
${examples(
  "knxpi monitor",
  "knxpi monitor --json | jq -c 'select(.destination == \"1/2/3\")'",
  "knxpi monitor --raw",
  "knxpi monitor --port /dev/ttyAMA0             without a running knxpi",
)}`,
    )
    .action((options: StationOptions & { raw?: true }) => monitor(options));
};

const monitor = (options: StationOptions & Readonly<{ raw?: true }>): Promise<void> =>
  withStation(options, async (station, signal) => {
    const paint = painter(process.stdout.isTTY, process.env);
    station.listen((method, params) => {
      const { count } = params;
      if (method === "lost")
        console.error(`${count} telegrams were lost: this end reads too slowly`);
      else if (method !== "telegram" && method !== "raw") return;
      else if (options.json) console.log(JSON.stringify(params));
      else console.log(method === "raw" ? rawLine(params, paint) : telegramLine(params, paint));
    });
    if (options.raw)
      await station.request("busmonitor.start", {
        client: `knxpi monitor --raw, process ${process.pid}`,
      });
    else await station.request("monitor.start");
    await untilInterrupted(station, signal);
    await station.request(options.raw ? "busmonitor.stop" : "monitor.stop");
  });
