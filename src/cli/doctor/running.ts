import { checkRunning, type Running, readStatus } from "../../doctor/checks/running.ts";
import { type Finding, speaker } from "../../doctor/finding.ts";
import type { Instance } from "../../doctor/instance.ts";
import { findSocket } from "../station/find.ts";
import { connectSocket } from "../station/socket.ts";
import { createStation } from "../station/station.ts";
import { surroundings } from "../station/surroundings.ts";
import { version } from "../version.ts";

const { note, skipped } = speaker("knxpi");

export type Bridge = Readonly<{
  /** It is there, whether it answers or not: nobody else may touch the port. */
  runs: boolean;
  status: Running | null;
  findings: readonly Finding[];
}>;

/** The running bridge, asked over its control socket. */
export const askBridge = async (
  options: Readonly<{ socket: string | undefined; name: string | undefined }>,
  instance: Instance,
): Promise<Bridge> => {
  const silent = (why: string): Bridge => ({
    runs: true,
    status: null,
    findings: [
      skipped("running", `the running bridge was not asked: ${why}`, `sudo ${instance.doctor}`),
    ],
  });
  let path = options.socket;
  try {
    path ??= await findSocket(options.name, surroundings());
  } catch (error) {
    const [why = ""] = messageOf(error).split("\n");
    if (!why.startsWith("no running knxpi")) return silent(why);
    const start = `Once all else is well: sudo systemctl start ${instance.unit}, or knxpi run --config FILE`;
    const finding = note("running", "no bridge runs here", start);
    return { runs: false, status: null, findings: [finding] };
  }
  try {
    const station = createStation(await connectSocket(path));
    try {
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`${path} does not answer`)), PATIENCE_MS).unref();
      });
      const status = readStatus(await Promise.race([station.request("status"), late]));
      return status === undefined
        ? silent(`${path} does not answer as expected`)
        : { runs: true, status, findings: checkRunning(status, version(), instance) };
    } finally {
      await station.close();
    }
  } catch (error) {
    return silent(messageOf(error));
  }
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const PATIENCE_MS = 3_000;
