import { type BootConfig, readBootConfig } from "../config-txt.ts";
import type { MachineFacts } from "./machine.ts";
import { type Root, word } from "./root.ts";

export type BootFacts = Readonly<{
  /** Path of the `config.txt` that the firmware reads; null: there is none. */
  path: string | null;
  config: BootConfig | null;
  /** Settings in a `config.txt` that nobody reads any more: `/boot` of a system that has its files in `/boot/firmware`. */
  stray: BootConfig | null;
  /** What the kernel was started with. */
  running: string | null;
  /** What it will be started with. */
  commandLinePath: string | null;
  commandLine: string | null;
  /** The program that changes it: one that has console and port apart (from 2023 on), an older one, or none. */
  raspiConfig: "new" | "old" | null;
}>;

/** Debian 12 and later first; before it, the files were in `/boot` itself. */
const FOLDERS = ["/boot/firmware", "/boot"] as const;

export const readBoot = (root: Root, { pi, serial }: MachineFacts): BootFacts => {
  const config = (folder: string): BootConfig | null => {
    const text = root.read(`${folder}/config.txt`);
    const include = (name: string): string | null => root.read(`${folder}/${name}`);
    return text === null ? null : readBootConfig(text, { pi, serial, include });
  };
  const folder = FOLDERS.find((each) => root.stat(`${each}/config.txt`) !== null) ?? null;
  const commandLinePath = folder === null ? null : `${folder}/cmdline.txt`;
  return {
    path: folder === null ? null : `${folder}/config.txt`,
    config: folder === null ? null : config(folder),
    stray:
      folder === FOLDERS[0] && root.link("/boot/config.txt") === null ? config(FOLDERS[1]) : null,
    running: word(root, "/proc/cmdline"),
    commandLinePath,
    commandLine: commandLinePath === null ? null : word(root, commandLinePath),
    raspiConfig: raspiConfigOf(root.read("/usr/bin/raspi-config")),
  };
};

const raspiConfigOf = (script: string | null): BootFacts["raspiConfig"] =>
  script === null ? null : script.includes("do_serial_cons") ? "new" : "old";

/** `console=` of a kernel command line, without the speed: `tty1`, `ttyAMA0`, `serial0`. */
export const consolesOf = (line: string | null): readonly string[] =>
  [...(line ?? "").matchAll(/(?:^|\s)(?:console|kgdboc)=([^\s,]+)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
