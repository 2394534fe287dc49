import { type Command, Option } from "commander";
import { MACHINES } from "../shell/transitions.ts";
import { ask, given } from "./ask.ts";
import { examples } from "./examples.ts";
import { show } from "./show.ts";
import { addStationOptions, type StationOptions } from "./station/command.ts";

/** `knxpi status` */
export const addStatus = (program: Command): void => {
  addStationOptions(program.command("status"))
    .description("how the running knxpi is: link, address, connections, counters")
    .addHelpText("after", examples("knxpi status", "knxpi status --json | jq .link"))
    .action((options: StationOptions) => ask(options, { method: "status", params: {} }));
};

/** `knxpi transitions` */
export const addTransitions = (program: Command): void => {
  addStationOptions(program.command("transitions"))
    .description("the last moves of the state machines, oldest first")
    .addOption(new Option("--machine <name>", "only this one").choices(MACHINES))
    .addHelpText("after", examples("knxpi transitions", "knxpi transitions --machine tlsm --json"))
    .action((options: StationOptions & { machine?: string }) =>
      ask(options, {
        method: "transitions",
        params: given({ machine: options.machine }),
        lines: (result) =>
          Array.isArray(result) && result.length === 0 ? ["none yet"] : show(result),
      }),
    );
};
