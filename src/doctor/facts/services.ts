import type { Root } from "./root.ts";

/** A unit of systemd as its files tell of it, whether systemd runs or not. */
export type Unit = Readonly<{
  name: string;
  /** Its file; null: only a link to it is there. */
  path: string | null;
  /** All of `[Service]`, in the order in which systemd reads its file and its drop-ins. */
  settings: readonly (readonly [key: string, value: string])[];
  /** Something starts it. */
  enabled: boolean;
  /** Nothing can start it. */
  masked: boolean;
}>;

export type ServiceFacts = Readonly<{
  units: readonly Unit[];
  /** That of the bridge that is looked at, whether something starts it or not. */
  bridge: Unit | undefined;
  /** systemd is what has started this machine. */
  hasSystemd: boolean;
}>;

export const readServices = (root: Root, bridge: string): ServiceFacts => {
  const files = new Map<string, string>();
  // The first folder wins.
  for (const folder of FOLDERS)
    for (const name of root.list(folder)) {
      if (WANTED.test(name) && !files.has(name)) files.set(name, `${folder}/${name}`);
    }
  const enabled = new Set(
    FOLDERS.flatMap((folder) =>
      root
        .list(folder)
        .filter((name) => /\.(wants|requires)$/.test(name))
        .flatMap((name) => root.list(`${folder}/${name}`)),
    ).filter((name) => WANTED.test(name)),
  );
  const readUnit = (name: string): Unit => {
    const path = files.get(name) ?? files.get(templateOf(name)) ?? null;
    const masked = path !== null && root.link(path) === "/dev/null";
    return {
      name,
      path,
      settings: [...(path === null ? [] : [path]), ...dropInsOf(root, name)].flatMap((file) =>
        settingsIn(root.read(file) ?? ""),
      ),
      enabled: enabled.has(name) && !masked,
      masked,
    };
  };
  const own = readUnit(bridge);
  return {
    units: [...new Set([...files.keys(), ...enabled])].sort().map(readUnit),
    bridge: own.path === null && !enabled.has(bridge) ? undefined : own,
    hasSystemd: root.stat("/run/systemd/system") !== null,
  };
};

/** `knxpi@cellar.service` → `knxpi@.service`; any other name stays. */
const templateOf = (name: string): string => name.replace(/@.+(?=\.)/, "@");

/** A setting that is a list, `SupplementaryGroups=dialout gpio`: each line adds to it, an empty one begins anew. */
export const unitWords = ({ settings }: Unit, key: string): readonly string[] => {
  const values = settings.filter(([each]) => each === key).map(([, value]) => value);
  return values.slice(values.lastIndexOf("") + 1).flatMap((value) => value.split(/\s+/));
};

/** Any other one: the last line holds, and an empty one says nothing. */
export const unitValue = ({ settings }: Unit, key: string): string | undefined =>
  settings.findLast(([each]) => each === key)?.[1] || undefined;

/** Files that change a unit, in order: by name, wherever they are; of those with one name the first holds, empty or not. */
const dropInsOf = (root: Root, unit: string): readonly string[] => {
  const places = [
    ...FOLDERS.flatMap((folder) => [`${folder}/${unit}.d`, `${folder}/${templateOf(unit)}.d`]),
    ...FOLDERS.map((folder) => `${folder}/service.d`),
  ];
  const found = new Map<string, string>();
  for (const place of places)
    for (const name of root.list(place))
      if (name.endsWith(".conf") && !found.has(name)) found.set(name, `${place}/${name}`);
  return [...found.keys()].sort().flatMap((name) => found.get(name) ?? []);
};

const settingsIn = (text: string): Unit["settings"] =>
  text
    .replaceAll("\\\n", " ")
    .split(/^\[/m)
    .filter((section) => section.startsWith("Service]"))
    .flatMap((section) => [...section.matchAll(/^[ \t]*(\w+)[ \t]*=(.*)$/gm)])
    .map(([, key = "", value = ""]) => [key, value.trim()]);

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
