import { createHash } from "node:crypto";
import { COMMANDS, type Command, INSTALLED_FILES, type InstalledFile, MANIFEST } from "./files.ts";

/** A file as it is to be on the machine. */
export type Wanted = Readonly<
  Pick<InstalledFile, "kind" | "mode" | "owner"> & { path: string; text: string }
>;

/** A file as it is; `text` is null when it cannot be read. */
export type Present = Readonly<{ text: string | null; mode: number }>;

/** What `knxpi install` has written, for the next time and for `knxpi uninstall`. */
export type Manifest = Readonly<{
  version: string;
  /** Everything was done, the commands included. */
  complete: boolean;
  files: readonly Written[];
  /** What was replaced, beside what it was replaced with; of older versions nobody knows. */
  kept?: readonly Written[];
}>;

type Written = Readonly<{ path: string; sha256: string }>;

/**
 * new: is not there · update: as the last installation left it, but to be another · unchanged · changed: by somebody else, stays unless
 * it is to be replaced · yours: configuration, or what was replaced, stays in any case · gone: of an earlier version, removed
 */
export type FileState = "new" | "update" | "unchanged" | "changed" | "replace" | "yours" | "gone";

export type Step = Readonly<
  | { do: "write"; file: Wanted; formerTo?: string }
  | { do: "remove"; path: string; folder?: true }
  | { do: "run"; words: Command["words"]; optional: boolean }
  | { do: "remember"; manifest: Manifest }
  | { do: "forget" }
>;

export type Plan = Readonly<{
  /** All that are written or removed, and those that are left alone. */
  files: readonly Planned[];
  /** In order; empty when there is nothing to do. */
  steps: readonly Step[];
}>;

type Planned = Readonly<{ path: string; state: FileState }>;

export type Situation = Readonly<{
  version: string;
  wanted: readonly Wanted[];
  /** What there is at the paths of `pathsOf`. */
  present: ReadonlyMap<string, Present>;
  /** Of the last installation. */
  manifest: Manifest | null;
  /** A machine that does not run, below this directory. */
  root?: string | undefined;
}>;

/** What a plan has to know of the machine. */
export const pathsOf = (wanted: readonly Wanted[], manifest: Manifest | null): Iterable<string> =>
  new Set([
    MANIFEST,
    ...wanted.flatMap(({ path }) => [path, backupOf(path)]),
    ...[...(manifest?.files ?? []), ...(manifest?.kept ?? [])].map(({ path }) => path),
  ]);

/** @param replace also files that somebody has changed, keeping those as `.bak` */
export const planInstall = (situation: Situation, replace = false): Plan => {
  const { wanted, present, manifest, version } = situation;
  const files = [
    ...wanted.map((file) => ({ file, path: file.path, state: stateOf(file, situation, replace) })),
    ...obsolete(situation),
  ];
  const writes = (kinds: readonly Wanted["kind"][]): readonly Step[] =>
    files.flatMap(({ file, state }) =>
      file !== undefined && kinds.includes(file.kind) && isWritten(state)
        ? [{ do: "write", file, ...(state === "replace" && { formerTo: backupOf(file.path) }) }]
        : [],
    );
  const removals: readonly Step[] = files.flatMap(({ path, state }) =>
    state === "gone" ? [{ do: "remove", path }] : [],
  );
  const changes = files.some(({ state }) => isWritten(state) || state === "gone");
  const shown = files.map(({ path, state }) => ({ path, state }));
  if (!changes && manifest?.complete === true) return { files: shown, steps: [] };

  const known = new Map(manifest?.files.map(({ path, sha256 }) => [path, sha256]));
  const mine = files.flatMap(({ file, path, state }) => {
    if (file === undefined || file.kind === "configuration") return [];
    // Somebody else's changes do not become ours; what it was before they came still is.
    const sha256 = state === "changed" ? known.get(path) : hashOf(file.text);
    return sha256 === undefined ? [] : [{ path, sha256 }];
  });
  const backups = files.flatMap(({ path, state }): readonly Written[] =>
    state === "replace"
      ? [{ path: backupOf(path), sha256: hashOf(present.get(path)?.text ?? "") }]
      : [],
  );
  const kept = union(backups, manifest?.kept);
  const account = commands(situation, "account");
  return {
    files: [
      ...shown,
      ...[...backups, { path: MANIFEST }].map(({ path }): Planned => {
        return { path, state: present.has(path) ? "update" : "new" };
      }),
    ],
    steps: [
      // Whatever happens from here on, it is known what may have been written.
      {
        do: "remember",
        manifest: { version, complete: false, files: union(mine, manifest?.files), kept },
      },
      ...writes(["settings"]),
      ...account,
      ...writes(["configuration"]),
      ...writes(["unit"]),
      ...removals,
      ...commands(situation, "reload"),
      ...(manifest?.complete ? [] : commands(situation, "first")),
      { do: "remember", manifest: { version, complete: true, files: mine, kept } },
    ],
  };
};

/**
 * What `planInstall` has written is removed, what somebody has changed in between stays.
 * @param purge with everything that belongs to the user: configuration, state, what `planInstall` replaced
 * @param folders of the user that are there
 */
export const planUninstall = (
  situation: Situation,
  purge = false,
  folders: readonly string[] = [],
): Plan => {
  const { wanted, present, manifest, root } = situation;
  const known = new Map([
    ...wanted.flatMap(({ path, kind, text }) =>
      kind === "configuration" ? [] : [[path, hashOf(text)] as const],
    ),
    ...(manifest?.files.map(({ path, sha256 }) => [path, sha256] as const) ?? []),
  ]);
  const files = [...known]
    .filter(([path]) => present.has(path) && isOurs(path))
    .map(([path, sha256]) => {
      const text = present.get(path)?.text ?? null;
      const asWritten =
        text !== null &&
        (hashOf(text) === sha256 ||
          wanted.some((file) => file.path === path && file.text === text));
      return { path, state: asWritten || purge ? ("gone" as const) : ("changed" as const) };
    });
  const configuration = wanted.flatMap(({ path, kind }) =>
    kind === "configuration" && present.has(path) && !purge
      ? [{ path, state: "yours" as const }]
      : [],
  );
  const kept = (manifest?.kept ?? [])
    .filter(({ path }) => present.has(path) && isOurs(path))
    .map(({ path }): Planned => {
      return { path, state: purge && isBackup(path, situation) ? "gone" : "yours" };
    });
  // A later installation, or a later --purge, has to know that these are ours.
  const still = (manifest?.kept ?? []).filter(({ path }) => isBackup(path, situation));
  const stays = manifest !== null && !purge && still.length > 0;
  const shown: readonly Planned[] = [
    ...files,
    ...configuration,
    ...kept,
    ...(purge ? folders.map((path) => ({ path, state: "gone" as const })) : []),
    ...(present.has(MANIFEST)
      ? [{ path: MANIFEST, state: stays ? ("update" as const) : ("gone" as const) }]
      : []),
  ];
  if (!shown.some(({ state }) => state === "gone")) return { files: shown, steps: [] };
  const removed = [...files, ...kept].filter(({ state }) => state === "gone");
  return {
    files: shown,
    steps: [
      ...(root === undefined
        ? [run(["systemctl", "disable", "--now", "knxpi.service"], true), STOP_OTHERS]
        : [run(["systemctl", `--root=${root}`, "disable", "knxpi.service"], true)]),
      ...removed.map(({ path }): Step => ({ do: "remove", path })),
      ...(purge ? folders.map((path): Step => ({ do: "remove", path, folder: true })) : []),
      ...commands(situation, "reload"),
      stays
        ? { do: "remember", manifest: { ...manifest, complete: false, files: [], kept: still } }
        : { do: "forget" },
    ],
  };
};

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const stateOf = (file: Wanted, situation: Situation, replace: boolean): FileState => {
  const { present, manifest } = situation;
  const backup = backupOf(file.path);
  const there = present.get(file.path);
  if (there === undefined) return "new";
  if (file.kind === "configuration") return "yours";
  if (there.text === file.text) return there.mode === file.mode ? "unchanged" : "update";
  const before = manifest?.files.find(({ path }) => path === file.path)?.sha256;
  if (there.text !== null && hashOf(there.text) === before) return "update";
  const hasRoom = !present.has(backup) || isBackup(backup, situation);
  return replace && hasRoom ? "replace" : "changed";
};

const backupOf = (path: string): string => `${path}.bak`;

/** We have made it, and nobody has changed it since. */
const isBackup = (path: string, { present, manifest }: Situation): boolean => {
  const text = present.get(path)?.text ?? null;
  const sha256 = text === null ? null : hashOf(text);
  return manifest?.kept?.some((file) => file.path === path && file.sha256 === sha256) === true;
};

/** What an earlier version has written and this one does not know, as far as nobody has changed it. */
const obsolete = ({ wanted, present, manifest }: Situation) =>
  (manifest?.files ?? []).flatMap(({ path, sha256 }) => {
    const text = present.get(path)?.text ?? null;
    if (text === null || wanted.some((file) => file.path === path) || !isOurs(path)) return [];
    const state: FileState = hashOf(text) === sha256 ? "gone" : "changed";
    return [{ file: undefined, path, state }];
  });

/** Only there: nothing that a manifest says makes us remove anything else. */
const isOurs = (path: string): boolean =>
  INSTALLED_FILES.some(
    ({ kind, directory }) => kind !== "configuration" && path.startsWith(`${directory.command}/`),
  ) &&
  /^[^/]*knxpi[^/]*$/.test(path.slice(path.lastIndexOf("/") + 1)) &&
  !path.includes("/../");

const isWritten = (state: FileState): boolean =>
  state === "new" || state === "update" || state === "replace";

const commands = ({ root }: Situation, when: Command["when"]): readonly Step[] =>
  COMMANDS.filter(
    (command) => command.when === when && (root === undefined || command.inImage),
  ).map(({ words: [program, ...args], optional = false }) =>
    run(root === undefined ? [program, ...args] : [program, `--root=${root}`, ...args], optional),
  );

const run = (words: Command["words"], optional = false): Step => ({ do: "run", words, optional });

const STOP_OTHERS = run(["systemctl", "stop", "knxpi@*.service"], true);

/** What was written before, and what is to be. */
const union = (mine: readonly Written[], before: readonly Written[] = []): readonly Written[] => [
  ...mine,
  ...before.filter(({ path }) => !mine.some((file) => file.path === path)),
];
