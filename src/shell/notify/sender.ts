import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import type { ChildSpec, Close, Life } from "../supervise/child.ts";
import type { Strategy } from "../supervise/strategy.ts";

/** Assignments of one message to the service manager: `sd_notify(3)`. */
export type Message = Readonly<Record<string, string>>;

export type Sender = Readonly<{
  child: ChildSpec;
  /** @returns false when it was not sent: nobody is there to send it, or the one who is does not keep up */
  send(message: Message): boolean;
}>;

/**
 * Sends messages to the service manager through a small program, because Node has no datagram sockets of Unix. It is started once, before the
 * port is open: starting a program stops everything else for some milliseconds.
 * @param socket as in NOTIFY_SOCKET
 * @param onUp a new one is there, which has to be told everything again
 */
export const openSender = (
  socket: string,
  onUp: () => void,
  programs: readonly Program[] = PROGRAMS,
): Sender => {
  let running: ChildProcessWithoutNullStreams | undefined;
  let tries = 0;

  const start = (life: Life): Close => {
    const { program, args } = programs[tries++ % programs.length] ?? PROGRAMS[0];
    const env = { PATH: process.env["PATH"], NOTIFY_SOCKET: socket, LC_ALL: "C" };
    const child = spawn(program, args, { env, stdio: "pipe" });
    let problem = "";
    child.stderr.on("data", (chunk: Buffer) => {
      problem = (problem + chunk).slice(0, PROBLEM_LENGTH);
    });
    child.stdout.resume();
    // Gone while it was written to: its end tells more.
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => {
      problem = error.message;
      // Never started: nothing else will come.
      if (child.pid === undefined) ended("not started");
    });
    child.once("close", (code, signal) => ended(signal ?? `${code}`));
    const ended = (how: string): void => {
      if (running === child) running = undefined;
      life.broke(new Error(`${program}: ${problem.trim() || `ended with ${how}`}`));
    };
    child.once("spawn", () => {
      running = child;
      life.up();
      onUp();
    });
    return async () => {
      if (running === child) running = undefined;
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      // What was written is sent before it ends.
      child.stdin.end();
      const stubborn = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await once(child, "exit");
      clearTimeout(stubborn);
    };
  };

  return {
    child: { name: "notify", strategy: NOTIFY, start },
    send(message) {
      if (running === undefined || running.stdin.writableLength > 0) return false;
      const words = Object.entries(message).map(([name, value]) => `${name}=${value}`);
      running.stdin.write(`${words.join("\t")}\n`);
      return true;
    },
  };
};

type Program = Readonly<{ program: string; args: readonly string[] }>;

/** Without it the watchdog ends the process: never given up, and soon. */
const NOTIFY: Strategy = {
  pausesMs: [500, 1_000, 5_000],
  jitter: 0,
  goodAfterMs: 60_000,
  limit: null,
  throws: { most: Number.POSITIVE_INFINITY, withinMs: 60_000, meaning: "give up" },
};

/** One line each message, its assignments apart by tabs. The signals are for us: it ends when nothing more can come. */
const PERL = [
  '$SIG{TERM}=$SIG{INT}=$SIG{HUP}="IGNORE";',
  "(my $to=$ENV{NOTIFY_SOCKET})=~s/^@/\\0/;",
  'socket(my $s,AF_UNIX,SOCK_DGRAM,0) or die "$!\\n";',
  "while(<STDIN>){chomp;tr/\\t/\\n/;send($s,$_,0,pack_sockaddr_un($to))}",
].join("");
const SHELL = [
  'trap "" TERM INT HUP; set -f; IFS="\t";',
  "while read -r line; do systemd-notify $line; done",
].join(" ");

/** Tried in turn. Perl is on every Debian, needs no new process for a message, and is still cheaper; the other one comes with systemd itself. */
export const PROGRAMS = [
  { program: "perl", args: ["-MSocket", "-e", PERL] },
  { program: "sh", args: ["-c", SHELL] },
] as const satisfies readonly Program[];

const PROBLEM_LENGTH = 300;
const PATIENCE_MS = 1_000;
