/**
 * Octets that a request may have. Some bring whole files; only an administrator can send those. `mqtt-interface.md` §10
 * @param common of all other messages
 */
export const requestLimit = (name: string, common: number): number =>
  WITH_FILES.has(name) ? Math.max(common, FILE) : common;

const WITH_FILES: ReadonlySet<string> = new Set([
  "config/validate",
  "config/apply",
  "project/import",
]);
/** 1 MiB of the file as it is written in the request, and room for the rest. */
const FILE = (1024 + 64) * 1024;
