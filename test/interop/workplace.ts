import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./cleanup.ts";

/** A folder of its own for sockets, ptys and configurations. */
export const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "knxpi-interop-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
