import type { Root } from "./root.ts";

export type ProcessFacts = Readonly<{
  /** Programs that hold a serial port, or would like to. */
  programs: readonly Program[];
  /** How many processes did not let us see what they have open. */
  unseen: number;
}>;

export type Program = Readonly<{
  pid: number;
  name: string;
  /** Its arguments. */
  command: string;
  /** Serial ports that it has open: `/dev/ttyAMA0`. */
  ports: readonly string[];
}>;

export const readProcesses = (root: Root): ProcessFacts => {
  const programs: Program[] = [];
  let unseen = 0;
  for (const pid of root.list("/proc").filter((name) => /^\d+$/.test(name))) {
    const name = root.read(`/proc/${pid}/comm`)?.trim();
    if (name === undefined) continue;
    const files = root.list(`/proc/${pid}/fd`);
    const targets = files.map((file) => root.link(`/proc/${pid}/fd/${file}`) ?? "");
    const ports = [...new Set(targets.filter((target) => SERIAL.test(target)))];
    const command = (root.read(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ").trim();
    // Threads of the kernel have neither arguments nor files.
    if (files.length === 0 && command !== "") unseen += 1;
    if (ports.length > 0 || RIVALS.has(name))
      programs.push({ pid: Number(pid), name, command, ports });
  }
  return { programs, unseen };
};

const SERIAL = /^\/dev\/tty(AMA|S|USB|ACM|XRUSB|SC)\d+$/;

/** Those that talk to serial ports without being asked. */
const RIVALS: ReadonlySet<string> = new Set([
  ...["knxd", "eibd", "agetty", "hciattach", "btattach", "ModemManager", "brltty", "gpsd"],
]);
