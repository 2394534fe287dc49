import type { TlsmStyle } from "../../../../../src/core/config.ts";
import type { Bounds } from "./model.ts";

/** What is searched; the style comes from the test. */
export type Configuration = Readonly<{
  is: string;
  /** Frames of an earlier connection cannot appear in a later one, because there is none. */
  onlyOneConnection: boolean;
  /** A alone connects, so what arrives at B belongs to no connection but the newest of A. */
  onlyOneClient: boolean;
  short: Omit<Bounds, "style">;
  /** With `KNXPI_SEARCH=long`. */
  long: Omit<Bounds, "style">;
}>;

const user = { connects: 0, disconnects: 0, requests: 0, answers: false } as const;
const client = { ...user, connects: 1, disconnects: 1, requests: 2 } as const;
const server = { ...user, answers: true } as const;

// biome-ignore format: read by column
export const CONFIGURATIONS: readonly Configuration[] = [
  { is: "one connection, a slow line", onlyOneConnection: true, onlyOneClient: true,
    short: { a: client,                                b: server, losses: 1, repeats: 1, restarts: 0, flight: 3, line: "slow" },
    long:  { a: client,                                b: server, losses: 2, repeats: 1, restarts: 0, flight: 4, line: "slow" } },
  { is: "one connection, a quick line", onlyOneConnection: true, onlyOneClient: true,
    short: { a: { ...client, requests: 3 },            b: server, losses: 2, repeats: 1, restarts: 0, flight: 3, line: "quick" },
    long:  { a: { ...client, requests: 4 },            b: server, losses: 4, repeats: 2, restarts: 0, flight: 4, line: "quick" } },
  { is: "numbers go round", onlyOneConnection: true, onlyOneClient: true,
    short: { a: { ...user, connects: 1, requests: 18 }, b: user,   losses: 1, repeats: 0, restarts: 0, flight: 2, line: "quick" },
    long:  { a: { ...user, connects: 1, requests: 20 }, b: user,   losses: 2, repeats: 0, restarts: 0, flight: 2, line: "quick" } },
  { is: "the client connects again", onlyOneConnection: false, onlyOneClient: true,
    short: { a: { ...client, connects: 2, requests: 1 }, b: server, losses: 1, repeats: 1, restarts: 0, flight: 3, line: "slow" },
    long:  { a: { ...client, connects: 2 },              b: server, losses: 1, repeats: 1, restarts: 0, flight: 3, line: "slow" } },
  { is: "both restart", onlyOneConnection: false, onlyOneClient: true,
    short: { a: { ...client, connects: 2, disconnects: 0 }, b: server, losses: 0, repeats: 1, restarts: 1, flight: 2, line: "slow" },
    long:  { a: { ...client, connects: 2 },              b: server, losses: 1, repeats: 1, restarts: 2, flight: 3, line: "slow" } },
  { is: "both connect, and cross", onlyOneConnection: false, onlyOneClient: false,
    short: { a: { ...client, disconnects: 0, requests: 1 }, b: { ...client, requests: 1 }, losses: 1, repeats: 0, restarts: 0, flight: 2, line: "slow" },
    long:  { a: { ...client, requests: 1 }, b: { ...client, requests: 1, answers: true }, losses: 1, repeats: 1, restarts: 1, flight: 3, line: "slow" } },
];

export const boundsOf = (
  configuration: Configuration,
  style: TlsmStyle,
  long: boolean,
): Bounds => ({
  style,
  ...(long ? configuration.long : configuration.short),
});
