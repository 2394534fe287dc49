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
        settings: [...(path === null ? [] : [path]), ...dropInsOf(root, name)].flatMap((file) =>
          settingsIn(root.read(file) ?? ""),
        ),
        enabled: enabled.has(name) && !masked.has(name),
        masked: masked.has(name),
      };
    }),
    hasSystemd: root.stat("/run/systemd/system") !== null,
  };
};

export const unitOf = ({ units }: ServiceFacts, name: string): Unit | undefined =>
  units.find((unit) => unit.name === name);

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
  const template = unit.replace(/@.+(?=\.)/, "@");
  const places = [
    ...FOLDERS.flatMap((folder) => [`${folder}/${unit}.d`, `${folder}/${template}.d`]),
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
