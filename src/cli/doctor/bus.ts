import { checkAddress } from "../../doctor/checks/address.ts";
import { checkTransceiver } from "../../doctor/checks/transceiver.ts";
import { type Finding, speaker } from "../../doctor/finding.ts";
import { probeChip } from "../../doctor/probe/chip.ts";
import type { Wanted } from "../../doctor/wanted.ts";
import type { SerialOptions } from "../../shell/serial-port.ts";

const { skipped } = speaker("transceiver");

/** Everything that needs the port for itself: the transceiver, then whether our address is free. */
export const askBus = async (
  wanted: Wanted,
  path: string,
  binding?: SerialOptions["binding"],
): Promise<readonly Finding[]> => {
  const report = await probeChip(wanted, path, binding);
  const findings = checkTransceiver(report, wanted, path);
  if (report.is !== "answered" || !report.powered) return findings;
  if (wanted.address === null)
    return [
      ...findings,
      skipped(
        "own-address",
        "no configuration, so no address that could be in use",
        "--config FILE",
      ),
    ];
  const { line, chip } = report;
  const settings = { port: path, ...line, chip, ...(binding && { binding }) };
  return [...findings, await askAddress(wanted.address, settings)];
};

/** Under another address, because nobody hears himself. */
const askAddress = async (address: string, settings: SerialOptionsOfLine): Promise<Finding> => {
  const [{ openDirect }, { createStation }] = await Promise.all([
    import("../station/direct.ts"),
    import("../station/station.ts"),
  ]);
  const [area, line, device] = address.split(".");
  try {
    const own = address === OWN[0] ? OWN[1] : OWN[0];
    const station = createStation(await openDirect({ ...settings, address: own }));
    try {
      const place = { line: `${area}.${line}`, from: Number(device), to: Number(device) };
      return checkAddress(address, await station.request("device.scan", place));
    } finally {
      await station.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return skipped(
      "own-address",
      `whether ${address} is free was not found out: ${why}`,
      `knxpi device scan ${area}.${line}`,
    );
  }
};

type SerialOptionsOfLine = Readonly<{
  port: string;
  baud: number;
  parity: "even" | "none";
  chip: string;
  binding?: SerialOptions["binding"];
}>;

/** Devices that are no part of an installation use the end of the last line. */
const OWN = ["15.15.250", "15.15.251"] as const;
