import { ARCHITECTURES, type Architecture } from "./architecture.ts";

/** Folders and files of a package that only browsers, bundlers or its authors load. Paths within the package. */
const NOT_FOR_NODE: Readonly<Record<string, RegExp>> = {
  "@zip.js/zip.js": /^(dist\/|index.*\.(min\.js|cjs)$|index-native\.js$)/,
  "csv-parse": /^dist\//,
  "fast-xml-builder": /^lib\//,
  "fast-xml-parser": /^lib\//,
  fflate: /^umd\//,
  mqtt: /^dist\//,
  yaml: /^browser\//,
};

/** Packages without a line of code for us: types, and headers for compiling. */
const NO_CODE = new Set(["@types", "undici-types", "node-addon-api", ".bin", ".package-lock.json"]);
const NEVER_LOADED =
  /\.([cm]?ts|map|flow|md|markdown|txt|ya?ml|gypi?|cc|cpp|h|sh|html|tsbuildinfo)$|(^|\/)\.[^/]+/i;
const LICENCE = /^(licen[cs]e|copying|notice)/i;
const FOR_AUTHORS = /^(tests?|__tests__|docs?|examples?|bench(mark)?s?|typings)\//i;

/**
 * Does a file of node_modules belong on a machine of this processor? Licences do not: all of them are in the copyright file.
 * @param path within node_modules, with `/`
 */
export const keep = (path: string, architecture: Architecture): boolean => {
  const { name, rest } = packageOf(path);
  if (NO_CODE.has(name) || NO_CODE.has(name.split("/")[0] ?? "")) return false;
  if (NEVER_LOADED.test(rest) || LICENCE.test(rest) || FOR_AUTHORS.test(rest)) return false;
  if (NOT_FOR_NODE[name]?.test(rest) === true) return false;
  if (!rest.endsWith(".node")) return true;
  return rest.startsWith(`prebuilds/${ARCHITECTURES[architecture]}/`) && !rest.includes(".musl.");
};

/** `a/node_modules/@b/c/lib/x.js` is `lib/x.js` of `@b/c`. */
export const packageOf = (path: string): Readonly<{ name: string; rest: string }> => {
  const parts = (path.split("node_modules/").at(-1) ?? "").split("/");
  const words = parts[0]?.startsWith("@") === true ? 2 : 1;
  return { name: parts.slice(0, words).join("/"), rest: parts.slice(words).join("/") };
};
