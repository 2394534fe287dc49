import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A datagram socket as the service manager has it. */
export type Manager = Readonly<{
  socket: string;
  /** Every message, its assignments sorted out. */
  messages: readonly Readonly<Record<string, string>>[];
  /** Resolves with the first message that fits, one that is there already included. */
  message(fits: (message: Readonly<Record<string, string>>) => boolean): Promise<void>;
  close(): Promise<void>;
}>;

/** Whether this machine can listen on such a socket: Node alone cannot. */
export const canListen = (): boolean => runs("perl", ["-MSocket", "-e", "1"]);

export const runs = (program: string, args: readonly string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** @param abstract a socket without a file */
export const openManager = async (abstract = false): Promise<Manager> => {
  const folder = mkdtempSync(join(tmpdir(), "knxpi-notify-"));
  const socket = abstract ? `@${folder}` : join(folder, "notify");
  const listener: ChildProcess = spawn("perl", ["-MSocket", "-e", LISTEN, socket], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const messages: Record<string, string>[] = [];
  const waiting = new Set<() => void>();
  const heard = new Promise<void>((resolve) => {
    if (listener.stdout === null) return;
    createInterface(listener.stdout).on("line", (line) => {
      if (line === "listening") return resolve();
      const message = Object.fromEntries(
        line.split("\t").map((word) => {
          const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(word) ?? [];
          return [name, value];
        }),
      );
      // systemd-notify waits until it was heard.
      if ("BARRIER" in message) return;
      messages.push(message);
      for (const look of [...waiting]) look();
    });
  });
  await heard;
  return {
    socket,
    messages,
    message: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!messages.some(fits)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        listener.once("close", () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        listener.kill();
      }),
  };
};

/** Each datagram a line; the ends of lines in it become tabs. */
const LISTEN = [
  "$| = 1; (my $at = $ARGV[0]) =~ s/^@/\\0/;",
  "socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, pack_sockaddr_un($at)) or die;",
  'print "listening\\n";',
  'while (defined recv($s, my $m, 8192, 0)) { chomp $m; $m =~ tr/\\n/\\t/; print "$m\\n" }',
].join(" ");
