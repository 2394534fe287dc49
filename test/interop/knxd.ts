import { join } from "node:path";
import { type Child, runChild, startChild, tell } from "./child.ts";
import type { Journal } from "./journal.ts";

/** Another full KNX stack on the same line. */
export type Knxd = Readonly<{
  /** For knxtool. */
  url: string;
  /** The same, as a path. */
  socket: string;
  /** Sends a value of at most six bits. */
  switch(ga: string, value: 0 | 1): Promise<void>;
  /** Sends a value in octets of its own. */
  write(ga: string, ...octets: readonly number[]): Promise<void>;
  /** Answers a question that somebody asked. */
  respond(ga: string, value: 0 | 1): Promise<void>;
  /** Asks on the bus. @returns the line that has the answer, as `0C 1A` */
  read(ga: string): Promise<string>;
  /** Every group telegram, as `Write from 1.1.250 to 1/1/10: 01`, until it is stopped; knxd acknowledges all meanwhile. */
  listen(): Promise<Readonly<{ lines: Journal<string>; stop: Child["stop"] }>>;
  stop: Child["stop"];
}>;

/** @param port a fresh pty: opened a second time, one refuses the parity bit that knxd insists on */
export const startKnxd = async (folder: string, port: string): Promise<Knxd> => {
  const socket = join(folder, `knxd-${++count}.sock`);
  const url = `local:${socket}`;
  // 0x80: clients come and go.
  const logging = ["-t", "0x80", "-f", "9"];
  const addresses = ["-e", "1.1.200", "-E", "1.1.201:8"];
  const child = startChild("knxd", [...logging, ...addresses, "-u", socket, `-btpuarts:${port}`]);
  await child.output.until("knxd has its chip", (line) =>
    line.includes("Connected: cfg:B.tpuarts"),
  );
  await child.output.until("knxd has its socket", (line) => line.includes("Connected: cfg:A.unix"));
  const hex = (octet: number): string => octet.toString(16);
  return {
    url,
    socket,
    switch: (ga, value) => tell("knxtool", ["groupswrite", url, ga, hex(value)]),
    write: (ga, ...octets) => tell("knxtool", ["groupwrite", url, ga, ...octets.map(hex)]),
    respond: (ga, value) => tell("knxtool", ["groupsresponse", url, ga, hex(value)]),
    async read(ga) {
      const { status, lines } = await runChild("knxtool", ["groupreadresponse", url, ga]);
      const answer = lines.find((line) => line.startsWith("Response from"));
      if (answer === undefined)
        throw new Error(`knxtool ended with ${status}: ${lines.join("\n")}`);
      return answer;
    },
    async listen() {
      const since = child.output.now();
      const { output, stop } = startChild("knxtool", ["groupsocketlisten", url]);
      await child.output.until(
        "knxd has a listener",
        (line) => line.includes("OpenGroupSocket complete"),
        { since },
      );
      return { lines: output, stop };
    },
    stop: child.stop,
  };
};

let count = 0;
