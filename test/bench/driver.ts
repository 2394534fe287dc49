import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** What the bus side found while it played telegrams. Times in ms unless said otherwise. */
export type Played = Readonly<{
  /** Octet 6 readable → acknowledge octet written; null where none came. */
  acks: readonly (number | null)[];
  /** Group address and end of every telegram, ns of the monotonic clock. */
  ends: readonly (readonly [group: number, at: number])[];
  /** The worst delay of an octet of the bus side itself. */
  late: number;
  /** Seconds of processor time of the program. */
  cpu: number;
  /** Seconds on the wall. */
  wall: number;
  /** Octets. */
  rss: number;
}>;

/** Plays the bus and its transceivers, one pseudo terminal for each program. */
export type Driver = Readonly<{
  /** @returns path of a new pseudo terminal */
  open(name: string): Promise<string>;
  play(name: string, pid: number, pace: Pace): Promise<Played>;
  /** @returns when the first acknowledge came, ns of the monotonic clock, or null when none came in `within` seconds */
  first(name: string, within: number): Promise<number | null>;
  close(): void;
}>;

export type Pace = Readonly<{
  telegrams: number;
  /** Telegrams a second. */
  rate: number;
  /** true: octets at the distance they have on the line; false: each telegram in one piece */
  paced: boolean;
}>;

/** As many telegrams of 9 octets as a line carries. */
export const FULL_LOAD = 48;

/** The group addresses of the bench, 2/0/0 … 2/0/199: each of them is an object. */
export const GROUPS: readonly number[] = Array.from({ length: 200 }, (_, index) => 0x1000 | index);

export const startDriver = (): Driver => {
  const child = spawn("python3", [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = answersOf(child);
  const ask = async (command: object) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error("the bus side of the bench has ended");
    return JSON.parse(value);
  };
  return {
    open: async (name) => (await ask({ do: "open", name })).path,
    play: (name, pid, pace) => ask({ do: "play", name, pid, groups: GROUPS, ...pace }),
    first: async (name, within) => (await ask({ do: "first", name, groups: GROUPS, within })).at,
    close: () => child.stdin.end(),
  };
};

/** @returns why the bus side cannot be played here, or undefined */
export const driverMissing = (): string | undefined =>
  process.platform !== "linux" || spawnSync("python3", ["--version"]).status !== 0
    ? "needs Linux and python3, which plays the bus behind pseudo terminals"
    : undefined;

const answersOf = ({ stdout }: Pick<ChildProcessWithoutNullStreams, "stdout">) =>
  createInterface({ input: stdout })[Symbol.asyncIterator]();

const SCRIPT = new URL("../../test/bench/pty-driver.py", import.meta.url).pathname;
