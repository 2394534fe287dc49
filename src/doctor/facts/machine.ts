import { type Pi, piOf } from "../pi.ts";
import { type Root, word } from "./root.ts";

export type MachineFacts = Readonly<{
  /** `Raspberry Pi 4 Model B Rev 1.4`, or what else the device tree or the board says. */
  model: string | null;
  pi: Pi | null;
  /** Of the processor, as `/proc/cpuinfo` says it. */
  serial: string | null;
  /** `Debian GNU/Linux 12 (bookworm)` */
  system: string | null;
  /** `debian`, `raspbian`, `ubuntu` … */
  systemId: string | null;
  systemVersion: number | null;
  kernel: string | null;
  kernelBits: 32 | 64 | null;
  userlandBits: 32 | 64 | null;
  memoryMb: number | null;
}>;

export const readMachine = (root: Root): MachineFacts => {
  const info = root.read("/proc/cpuinfo") ?? "";
  const release = root.read("/etc/os-release") ?? root.read("/usr/lib/os-release") ?? "";
  const model =
    word(root, "/proc/device-tree/model") ??
    lineOf(info, "Model") ??
    word(root, "/sys/class/dmi/id/product_name");
  const kernel = word(root, "/proc/sys/kernel/osrelease");
  const version = fieldOf(release, "VERSION_ID");
  const memory = /^MemTotal:\s*(\d+) kB/m.exec(root.read("/proc/meminfo") ?? "")?.[1];
  return {
    model,
    pi: piOf(model, revisionOf(info, root.octets("/proc/device-tree/system/linux,revision"))),
    serial: lineOf(info, "Serial"),
    system: fieldOf(release, "PRETTY_NAME"),
    systemId: fieldOf(release, "ID"),
    systemVersion: version === null ? null : Number.parseInt(version, 10),
    kernel,
    kernelBits: bitsOf(word(root, "/proc/sys/kernel/arch"), kernel),
    userlandBits: loaderBits(root),
    memoryMb: memory === undefined ? null : Math.round(Number(memory) / 1_000),
  };
};

/** `Serial          : 10000000abcdef01` */
const lineOf = (info: string, name: string): string | null =>
  new RegExp(`^${name}\\s*:\\s*(.+)$`, "m").exec(info)?.[1]?.trim() ?? null;

const fieldOf = (release: string, name: string): string | null =>
  new RegExp(`^${name}="?([^"\n]*)`, "m").exec(release)?.[1] ?? null;

const revisionOf = (info: string, tree: Uint8Array | null): number | null => {
  const text = lineOf(info, "Revision");
  if (text !== null && /^[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  return tree?.length === 4 ? tree.reduce((sum, octet) => sum * 256 + octet, 0) : null;
};

/** Old kernels do not say; those of Raspberry Pi OS have it in their name. */
const bitsOf = (arch: string | null, kernel: string | null): 32 | 64 | null => {
  if (arch !== null) return /64/.test(arch) ? 64 : 32;
  if (kernel === null) return null;
  if (/-v8|-2712|arm64|amd64|aarch64/.test(kernel)) return 64;
  return /-v6|-v7|\+$|armmp/.test(kernel) ? 32 : null;
};

/** Which loader of programs is there. */
const loaderBits = (root: Root): 32 | 64 | null => {
  const folders = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];
  const names = new Set(folders.flatMap((folder) => root.list(folder)));
  if (names.has("ld-linux-aarch64.so.1") || names.has("ld-linux-x86-64.so.2")) return 64;
  return names.has("ld-linux-armhf.so.3") || names.has("ld-linux.so.2") ? 32 : null;
};
