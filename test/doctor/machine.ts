import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Self } from "../../src/doctor/facts/accounts.ts";
import { type Facts, readFacts } from "../../src/doctor/facts/facts.ts";
import { type Entry, openRoot, type Root, type Space } from "../../src/doctor/facts/root.ts";
import { instanceOf } from "../../src/doctor/instance.ts";

/*
 * Machines as text, one file for each in `machines/`. A line with an @ begins an entry; a later one of the same path wins.
 *
 *   @like NAME                      all of another machine first
 *   @file PATH                      the lines up to the next entry
 *   @link PATH TARGET
 *   @node PATH MODE UID:GID         a device
 *   @owner PATH MODE UID:GID        a folder
 *   @space PATH FREE_MB TOTAL_MB FREE_INODES
 *   @none PATH                      neither it nor what is below it
 *
 * Lines with # on top say what comes from public reports, and what is derived.
 */
type Place =
  | Readonly<{ is: "file"; text: string }>
  | Readonly<{ is: "link"; target: string }>
  | Readonly<{ is: "entry"; entry: Entry }>
  | Readonly<{ is: "space"; space: Space }>;

export type Machine = Readonly<{ folder: string; root: Root; facts: Facts }>;

/** A user of the group dialout. */
export const PI: Self = { uid: 1000, gids: [1000, 20], node: "20.19.5" };

/**
 * Puts a machine into a folder of its own for as long as it is looked at.
 * @param change entries that make it another one
 */
export const lookAt = <T>(
  name: string,
  change: string,
  look: (machine: Machine) => T,
  self: Self = PI,
  instance?: string,
): T => {
  const { folder, root } = put(name, change);
  try {
    return look({ folder, root, facts: readFacts(root, self, instanceOf(instance)) });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The same for good. */
export const put = (name: string, change = ""): Pick<Machine, "folder" | "root"> => {
  const folder = mkdtempSync(join(tmpdir(), "knxpi-machine-"));
  const places = read(change, readMachine(name));
  const made = new Set<string>();
  for (const [path, place] of places) write(folder, path, place, made);
  return { folder, root: rootOf(folder, places) };
};

export const readText = (name: string): string =>
  readFileSync(new URL(`machines/${name}.tree`, import.meta.url), "utf8");

type Places = ReadonlyMap<string, Place>;

const readMachine = (name: string): Places => read(readText(name), new Map());

const read = (text: string, before: Places): Places => {
  const places = new Map(before);
  for (const part of text.split(/^@/m).slice(1)) {
    const end = part.indexOf("\n");
    const [kind, path = "", ...words] = (end < 0 ? part : part.slice(0, end)).split(" ");
    if (kind === "like") for (const place of readMachine(path)) places.set(...place);
    else if (kind === "none") {
      for (const other of [...places.keys()])
        if (other === path || other.startsWith(`${path}/`)) places.delete(other);
    } else
      places.set(
        kind === "space" ? volume(path) : path,
        placeOf(kind ?? "", words, end < 0 ? "" : part.slice(end + 1)),
      );
  }
  return places;
};

/** A folder and the volume that it is on are two entries. */
const volume = (path: string): string => `volume of ${path}`;

const placeOf = (kind: string, words: readonly string[], text: string): Place => {
  const [first = "", second = "", third = ""] = words;
  const [uid = 0, gid = 0] = second.split(":").map(Number);
  const mode = Number.parseInt(first, 8);
  switch (kind) {
    case "file":
      return { is: "file", text };
    case "link":
      return { is: "link", target: first };
    case "node":
      return { is: "entry", entry: { kind: "device", mode, uid, gid } };
    case "owner":
      return { is: "entry", entry: { kind: "folder", mode, uid, gid } };
    case "space": {
      const [freeMb, totalMb, freeInodes] = [first, second, third].map(Number);
      return {
        is: "space",
        space: { freeMb: freeMb ?? 0, totalMb: totalMb ?? 0, freeInodes: freeInodes ?? null },
      };
    }
    default:
      throw new Error(`@${kind} is no entry of a machine`);
  }
};

const write = (folder: string, path: string, place: Place, made: Set<string>): void => {
  if (place.is === "space") return;
  const target = join(folder, path);
  const isFolder = place.is === "entry" && place.entry.kind === "folder";
  const needed = isFolder ? target : dirname(target);
  if (!made.has(needed)) mkdirSync(needed, { recursive: true });
  made.add(needed);
  if (place.is === "link") symlinkSync(place.target, target);
  else if (!isFolder) writeFileSync(target, place.is === "file" ? place.text : "");
};

/** Devices and their owners, as the text has them: only root could make them. */
const rootOf = (folder: string, places: Places): Root => {
  const plain = openRoot(folder);
  return openRoot(folder, {
    stat: (path) => {
      const place = places.get(plain.resolve(path));
      return place?.is === "entry" ? place.entry : plain.stat(path);
    },
    space: (path) => {
      const place = places.get(volume(path));
      return place?.is === "space" ? place.space : null;
    },
  });
};
