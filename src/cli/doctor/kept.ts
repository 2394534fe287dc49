import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { type Finding, speaker } from "../../doctor/finding.ts";
import type { Instance } from "../../doctor/instance.ts";
import { DISK } from "../../shell/store/files.ts";
import { readStore } from "../../shell/store/read.ts";
import { HALF_RESTORED } from "../../shell/store/state-format.ts";

const { ok, problem, skipped } = speaker("knxpi");

/** What the bridge would find in its directory; nothing there is tidied up, as the bridge does it at its start. */
export const lookAtKept = (
  { stack }: Config,
  { state: directory, doctor }: Instance,
): readonly Finding[] => {
  const { settings, hardwareType } = stack.device;
  const half = join(directory, HALF_RESTORED);
  if (existsSync(half))
    return [
      problem(
        "kept",
        `${half} is there: putting back a backup was cut short, and the bridge does not start`,
        "sudo knxpi backup restore FILE --apply, with the same backup",
      ),
    ];
  const files = { ...DISK, readdirSync: () => [] };
  const read = readStore({ directory, settings, hardwareType, files });
  if (!read.ok && /\bEACCES\b/.test(read.problem))
    return [skipped("kept", `what is kept in ${directory} is not for this user`, `sudo ${doctor}`)];
  if (!read.ok)
    return [
      problem(
        "kept",
        read.problem,
        "Without it the bridge does not start. knxpi backup restore brings back a copy.",
      ),
    ];
  const damaged = read.findings.filter(({ is }) => is === "damaged" || is === "foreign");
  if (damaged.length > 0)
    return damaged.map(({ path, what, problem: why }) =>
      problem("kept", `${path} (${what}): ${why}`, "Program the bridge with ETS again."),
    );
  const objects = read.loaded.length;
  return read.stored === null && objects === 0
    ? []
    : [ok("kept", `what is kept in ${directory} is whole`)];
};
