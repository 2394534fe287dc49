/** Who puts the files on the machine: `knxpi install`, or a package manager. They never share a directory. */
export type Installer = "command" | "package";

/**
 * unit: systemd reads it · settings: of other programs of systemd · configuration: belongs to the user once it is there, and is
 * never replaced
 */
type FileKind = "unit" | "settings" | "configuration";

export type InstalledFile = Readonly<{
  /** Below `systemd/` of the package. */
  source: string;
  /** By installer. */
  directory: Readonly<Record<Installer, string>>;
  name: string;
  kind: FileKind;
  mode: number;
  /** User and group it belongs to; root, if nothing is said. */
  owner?: typeof SERVICE_USER;
}>;

/** User and group of the service. */
export const SERVICE_USER = "knxpi";

/** Where the program stands in the units as they are delivered, and where a package puts it. */
export const PROGRAM_IN_UNITS = "/usr/bin/knxpi";

type Directory = InstalledFile["directory"];
const UNITS: Directory = { command: "/etc/systemd/system", package: "/usr/lib/systemd/system" };
const USERS: Directory = { command: "/etc/sysusers.d", package: "/usr/lib/sysusers.d" };
const FOLDERS: Directory = { command: "/etc/tmpfiles.d", package: "/usr/lib/tmpfiles.d" };
const DEVICES: Directory = { command: "/etc/udev/rules.d", package: "/usr/lib/udev/rules.d" };
const CONFIGURATION: Directory = { command: "/etc/knxpi", package: "/etc/knxpi" };

/** Everything beside the program itself, in the order in which it is written. */
// biome-ignore format: read by column
export const INSTALLED_FILES: readonly InstalledFile[] = [
  { source: "sysusers.conf",  directory: USERS,   name: "knxpi.conf",     kind: "settings", mode: 0o644 },
  { source: "tmpfiles.conf",  directory: FOLDERS, name: "knxpi.conf",     kind: "settings", mode: 0o644 },
  { source: "99-knxpi.rules", directory: DEVICES, name: "99-knxpi.rules", kind: "settings", mode: 0o644 },
  { source: "knxpi.slice",    directory: UNITS,   name: "knxpi.slice",    kind: "unit",     mode: 0o644 },
  { source: "knxpi.service",  directory: UNITS,   name: "knxpi.service",  kind: "unit",     mode: 0o644 },
  { source: "knxpi@.service", directory: UNITS,   name: "knxpi@.service", kind: "unit",     mode: 0o644 },
  { source: "house.yaml", directory: CONFIGURATION, name: "house.yaml", kind: "configuration", mode: 0o640, owner: SERVICE_USER },
];

/** What `knxpi install` has written. The service must not be able to write it, because root believes it. */
export const MANIFEST = "/usr/local/share/knxpi/installed.json";

/** Where it goes, below the root of the machine. */
export const targetOf = ({ directory, name }: InstalledFile, installer: Installer): string =>
  `${directory[installer]}/${name}`;

/**
 * What makes the files work. Each can be done again, none asks anything.
 * `account`: before the configuration is written, whose owner it makes · `reload`: when all is written · `first`: only by the first
 * installation, so that a service somebody has disabled stays so
 */
// biome-ignore format: read by column
export const COMMANDS: readonly Command[] = [
  { when: "account", words: ["systemd-sysusers", "knxpi.conf"], inImage: true },
  { when: "account", words: ["systemd-tmpfiles", "--create", "knxpi.conf"], inImage: true },
  { when: "reload",  words: ["udevadm", "control", "--reload"], inImage: false, optional: true },
  { when: "reload",  words: ["udevadm", "trigger", "--subsystem-match=tty", "--subsystem-match=usb-serial", "--subsystem-match=gpio"], inImage: false, optional: true },
  { when: "reload",  words: ["systemctl", "daemon-reload"], inImage: false },
  { when: "first",   words: ["systemctl", "enable", "knxpi.service"], inImage: true },
];

export type Command = Readonly<{
  when: "account" | "reload" | "first";
  words: readonly [program: string, ...args: string[]];
  /** Also for a machine that does not run, below a directory (`--root=`). */
  inImage: boolean;
  /** A machine without this program works as well. */
  optional?: true;
}>;
