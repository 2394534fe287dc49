import type { Root } from "./root.ts";

/** A unit of systemd as its files tell of it, whether systemd runs or not. */
export type Unit = Readonly<{
  name: string;
  /** Its file; null: only a link to it is there. */
  path: string | null;
  text: string | null;
  /** Something starts it. */
  enabled: boolean;
  /** Nothing can start it. */
  masked: boolean;
}>;

export type ServiceFacts = Readonly<{
  units: readonly Unit[];
  /** systemd is what has started this machine. */
  hasSystemd: boolean;
}>;

export const readServices = (root: Root): ServiceFacts => {
  const files = new Map<string, string>();
  const masked = new Set<string>();
  // The first folder wins.
  for (const folder of FOLDERS)
    for (const name of root.list(folder)) {
      if (!WANTED.test(name) || files.has(name)) continue;
      if (root.link(`${folder}/${name}`) === "/dev/null") masked.add(name);
      files.set(name, `${folder}/${name}`);
    }
  const enabled = new Set(
    FOLDERS.flatMap((folder) =>
      root
        .list(folder)
        .filter((name) => /\.(wants|requires)$/.test(name))
        .flatMap((name) => root.list(`${folder}/${name}`)),
    ).filter((name) => WANTED.test(name)),
  );
  const names = [...new Set([...files.keys(), ...enabled])].sort();
  return {
    units: names.map((name) => {
      const path = files.get(name) ?? null;
      return {
        name,
        path,
        text: path === null ? null : root.read(path),
        enabled: enabled.has(name) && !masked.has(name),
        masked: masked.has(name),
      };
    }),
    hasSystemd: root.stat("/run/systemd/system") !== null,
  };
};

export const unitOf = ({ units }: ServiceFacts, name: string): Unit | undefined =>
  units.find((unit) => unit.name === name);

/** All values of a key of a unit file: `SupplementaryGroups=dialout gpio` */
export const unitWords = ({ text }: Unit, key: string): readonly string[] =>
  [...(text ?? "").matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].flatMap(([, value = ""]) =>
    value.split(/\s+/).filter((each) => each !== ""),
  );

/** In the order in which systemd looks at them; the generators make the login on a serial console. */
const FOLDERS = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/run/systemd/generator",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
] as const;

const WANTED =
  /^(knxpi.*|knxd|hciuart|ModemManager|brltty|bluetooth|mosquitto|systemd-timesyncd|chrony|chronyd|ntp|ntpsec|serial-getty@.+)\.(service|socket)$/;
