import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** What the kernel says of a process. */
export type Figures = Readonly<{ rssMb: number; descriptors: number; threads: number }>;

/** @returns undefined when it is gone */
export const figuresOf = (pid: number): Figures | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? Number.NaN);
    const descriptors = readdirSync(`/proc/${pid}/fd`).length;
    return { rssMb: field("VmRSS") / 1_000, descriptors, threads: field("Threads") };
  } catch {
    return undefined;
  }
};

/** A disk for the state that can be filled, and made read-only where that is allowed. */
export type SmallDisk = Readonly<{
  directory: string;
  /** What it is, for the report. */
  is: string;
  fill?: () => void;
  empty?: () => void;
  readOnly?: (on: boolean) => void;
  /** What cannot be done here, and why. */
  left: readonly string[];
  close(): void;
}>;

export const openSmallDisk = (folder: string): SmallDisk => {
  const mountPoint = join(folder, "disk");
  const directory = join(mountPoint, "state");
  mkdirSync(mountPoint);
  const mounted = spawnSync("mount", [
    "-t",
    "tmpfs",
    "-o",
    `size=${DISK_MB}m`,
    "tmpfs",
    mountPoint,
  ]);
  const isMounted = mounted.status === 0;
  mkdirSync(directory);
  if (!isMounted)
    return {
      directory,
      is: "state on the disk of this machine",
      left: ["disk full and read-only: mounting a small one is not allowed here"],
      close: () => undefined,
    };
  const filler = join(mountPoint, "filler");
  return {
    directory,
    is: `state on a tmpfs of ${DISK_MB} MB`,
    left: [],
    fill() {
      const file = openSync(filler, "w");
      const piece = new Uint8Array(65_536);
      try {
        for (let n = 0; n < DISK_MB * 32; n++) writeSync(file, piece);
      } catch {
        // Full, as it should be.
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(filler, { force: true }),
    readOnly: (on) => {
      spawnSync("mount", ["-o", `remount,${on ? "ro" : "rw"}`, mountPoint]);
    },
    close: () => {
      spawnSync("umount", ["-l", mountPoint]);
    },
  };
};

const DISK_MB = 6;

/** Another process that wants memory, for so long. */
export const eatMemory = (megabytes: number, ms: number): void => {
  const program = `const all=[];for(let n=0;n<${megabytes};n++)all.push(Buffer.alloc(1e6,n));setTimeout(()=>{},${ms})`;
  spawn(process.execPath, ["-e", program], { stdio: "ignore" });
};

export const isInstalled = (program: string): boolean =>
  spawnSync("sh", ["-c", `PATH=$PATH:/usr/sbin command -v ${program}`]).status === 0;
