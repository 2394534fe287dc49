import { INSTALLED_FILES, type InstalledFile, targetOf } from "../../src/install/files.ts";

/** A file of the package: where it comes from in the project, and where it lies once installed. Both relative. */
export type Place = Readonly<{ from: string; to: string }>;

export const HOME = "usr/lib/knxpi";
export const DOC = "usr/share/doc/knxpi";
/** What the maintainer script copies to its place: belongs to the user from then on. */
const TEMPLATES = "usr/share/knxpi";

/**
 * All of the package but node_modules and what is written only for it.
 * @param files of the project, relative, with `/`
 */
export const places = (files: readonly string[]): readonly Place[] => [
  ...files.flatMap((from) => {
    const to = programOrText(from);
    return to === undefined ? [] : [{ from, to }];
  }),
  ...INSTALLED_FILES.map((file) => ({ from: `systemd/${file.source}`, to: target(file) })),
  { from: "firmware-notes/house.yaml", to: `${DOC}/examples/house.yaml` },
];

const programOrText = (from: string): string | undefined => {
  if (from === "package.json") return `${HOME}/package.json`;
  if (from === "README.md" || from.startsWith("firmware-notes/")) return `${DOC}/${from}`;
  // Types and maps are for who develops; that one has the npm package.
  return from.startsWith("dist/") && !/\.(d\.ts|map)$/.test(from) ? `${HOME}/${from}` : undefined;
};

const target = (file: InstalledFile): string =>
  file.kind === "configuration"
    ? `${TEMPLATES}/${file.name}`
    : targetOf(file, "package").replace(/^\//, "");

/** The program of the service is Debian's own Node, whatever else somebody has in the path. */
export const adapted = (from: string, text: string): string =>
  from === "dist/main.js" ? text.replace(/^#!.*/, "#!/usr/bin/node") : text;
