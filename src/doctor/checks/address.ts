import * as z from "zod";
import { type Finding, speaker } from "../finding.ts";

const { ok, note, problem, skipped } = speaker("transceiver");

const SCAN = z.looseObject({
  devices: z.array(z.looseObject({ address: z.string(), mask: z.string() })),
  acknowledged: z.array(z.string()),
  busy: z.array(z.string()).default([]),
});

/**
 * Whether somebody answers at the address that the bridge is to have; asked from another address, because nobody hears himself.
 * @param result of `device.scan` for this one address
 */
export const checkAddress = (address: string, result: unknown): Finding => {
  const scan = SCAN.safeParse(result).data;
  if (scan === undefined)
    return skipped(
      "own-address",
      `whether ${address} is free was not found out`,
      `knxpi device scan ${lineOf(address)}`,
    );
  const device = scan.devices.find((each) => each.address === address);
  if (device !== undefined || scan.acknowledged.includes(address))
    return problem(
      "own-address",
      `${address} is in use: another device answers there${device ? ` (mask ${device.mask})` : ""}`,
      "Give the bridge an address that is free (knx.address). Which are in use on this line:",
      `knxpi device scan ${lineOf(address)}`,
    );
  return scan.busy.includes(address)
    ? note(
        "own-address",
        `${address} could not be asked now`,
        `knxpi device scan ${lineOf(address)}`,
      )
    : ok("own-address", `${address} is free: nobody answers there`);
};

/** `1.1.250` → `1.1` */
const lineOf = (address: string): string => address.split(".").slice(0, 2).join(".");
