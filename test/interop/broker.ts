import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../free-port.ts";
import { type Child, startChild } from "./child.ts";
import { createJournal, type Journal } from "./journal.ts";

/** A mosquitto of our own, on this machine only. */
export type Broker = Readonly<{
  port: number;
  url: string;
  /** What it has to say, over all its lives. */
  log: Journal<string>;
  kill(): Promise<void>;
  /** On the same port, without any memory. */
  restart(): Promise<void>;
}>;

/** @param more what its configuration says beside or in place of `allow_anonymous true` */
export const startBroker = async (
  folder: string,
  more = "allow_anonymous true",
): Promise<Broker> => {
  const port = await freePort();
  const file = join(folder, "mosquitto.conf");
  writeFileSync(file, configuration(port, more));
  const log = createJournal<string>((line) => line);
  const start = async (): Promise<Child> => {
    const since = log.now();
    const child = startChild("mosquitto", ["-c", file]);
    child.output.each(log.push);
    await log.until("mosquitto runs", (line) => line.endsWith(" running"), { since });
    return child;
  };
  let current = await start();
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    log,
    async kill() {
      current.kill("SIGKILL");
      await current.ended();
    },
    async restart() {
      current = await start();
    },
  };
};

const configuration = (port: number, more: string): string => `
listener ${port} 127.0.0.1
${more}
persistence false
log_dest stderr
log_type all
`;
