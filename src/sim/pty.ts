import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { close as closeFile, constants, open as openFile } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import type { Chip } from "./chip.ts";
import type { Cancel } from "./clock.ts";

/** A chip that another program finds as a serial device. */
export interface Pty {
  /** A symbolic link to the device. */
  readonly path: string;
  /** The device vanishes, as if unplugged. */
  takeAway(): Promise<void>;
  giveBack(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Offers a chip on a pseudo terminal, through socat.
 * @throws Error when socat is missing or cannot make the device
 */
export const offerOnPty = async (chip: Chip, path: string, program = "socat"): Promise<Pty> => {
  let end: (() => Promise<void>) | undefined = await connect(chip, path, program);
  const takeAway = async (): Promise<void> => {
    const last = end;
    end = undefined;
    await last?.();
  };
  return {
    path,
    takeAway,
    giveBack: async () => {
      end ??= await connect(chip, path, program);
    },
    close: takeAway,
  };
};

type Socat = ChildProcessByStdio<Writable, Readable, Readable>;

/** @returns what ends it again */
const connect = async (chip: Chip, path: string, program: string): Promise<() => Promise<void>> => {
  const socat: Socat = spawn(program, ["-d", "-d", `pty,raw,echo=0,link=${path}`, "stdio"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  await ready(socat, path);
  const hold = await promisify(openFile)(path, constants.O_RDWR | constants.O_NOCTTY);

  socat.stdout.on("data", (octets: Buffer) => chip.write(Uint8Array.from(octets)));
  const forget: Cancel = chip.onOctets((octets) => {
    socat.stdin.write(Uint8Array.from(octets));
  });
  // What is under way when socat ends has nowhere to go.
  socat.stdin.on("error", () => {});
  const ended = once(socat, "exit");

  return async () => {
    forget();
    socat.kill("SIGTERM");
    await ended;
    // Held open until now: socat ends as soon as nobody has the device open, and hosts open and close it at will.
    await promisify(closeFile)(hold);
  };
};

/** Waits until socat says that it passes octets on; by then the link exists. */
const ready = (socat: Socat, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = "";
    socat.once("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      reject(missing ? new Error("socat is not installed: apt-get install socat") : error);
    });
    socat.once("exit", () => reject(new Error(`socat cannot offer ${path}: ${said.trim()}`)));
    socat.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = `${said}${text}`.slice(-2000);
      if (said.includes("starting data transfer loop")) resolve();
    });
  });
