import { INSTALLED_FILES, PROGRAM_IN_UNITS, targetOf } from "./files.ts";
import type { Wanted } from "./plan.ts";

/** How the service starts the program: absolute paths, node first unless the program finds it by itself. */
export type Program = readonly string[];

/**
 * The files as they are to be on this machine.
 * @param read a file below `systemd/` of the package
 * @param configuration another one than the example
 */
export const wantedFiles = (
  read: (source: string) => string,
  program: Program,
  configuration?: string,
): readonly Wanted[] =>
  INSTALLED_FILES.map((file) => {
    const { kind, mode, owner, source } = file;
    const text =
      kind === "configuration" && configuration !== undefined ? configuration : read(source);
    return {
      path: targetOf(file, "command"),
      kind,
      mode,
      ...(owner !== undefined && { owner }),
      text: kind === "unit" ? withProgram(text, program) : text,
    };
  });

const withProgram = (unit: string, program: Program): string =>
  unit.replaceAll(
    `ExecStart=${PROGRAM_IN_UNITS} `,
    () => `ExecStart=${program.map(quote).join(" ")} `,
  );

/** As systemd reads it: `systemd.service(5)`, Command lines. */
const quote = (word: string): string => {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, "\\$&")}"`;
};

/**
 * Why the service could not start this program.
 * @param path of node, or of the program, without symbolic links
 */
export const outOfReach = (path: string): string | undefined => {
  const hidden = HIDDEN.find((folder) => path === folder || path.startsWith(`${folder}/`));
  return hidden === undefined
    ? undefined
    : `${path}: the service cannot see ${hidden}, which belongs to people; install it for all of the machine (sudo npm install -g knxpi, with a Node that is not in ${hidden})`;
};

/** ProtectHome= and PrivateTmp= of the unit. */
const HIDDEN = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];
