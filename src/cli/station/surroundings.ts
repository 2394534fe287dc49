import { tmpdir } from "node:os";
import type { Surroundings } from "../../shell/control/socket-file.ts";

/** Those of this process. */
export const surroundings = (): Surroundings => ({
  env: process.env,
  uid: process.getuid?.() ?? 0,
  tmpdir: tmpdir(),
  run: "/run",
});
