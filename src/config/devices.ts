import * as z from "zod";
import { parseIndividualAddress } from "../core/address.ts";
import type { DevicesConfig } from "../core/app/bridge/devices/config.ts";
import { section } from "./section.ts";
import { duration } from "./words.ts";

const device = z.string().refine((text) => parseIndividualAddress(text) !== undefined, {
  error: "a device is written by its individual address: 1.1.23",
});

/** `devices:`, topics of physical devices. `mqtt-interface.md` §9 */
export const DEVICES = section({
  topics: z.boolean().default(false).describe("Publish when each device was last heard"),
  expected: z
    .record(
      device,
      duration.refine((ms) => ms >= 60_000, { error: "at least 1min" }),
    )
    .default({})
    .describe("By individual address: after so long without a telegram it is offline"),
  names: z.record(device, z.string()).default({}).describe("By individual address"),
});

export const toDevicesConfig = (file: z.output<typeof DEVICES> | undefined): DevicesConfig => {
  const { topics = false, expected = {}, names = {} } = file ?? {};
  const addresses = new Set([...Object.keys(expected), ...Object.keys(names)]);
  return {
    topics,
    known: [...addresses].flatMap((text) => {
      const ia = parseIndividualAddress(text);
      const [name, expectedMs] = [names[text], expected[text]];
      return ia === undefined
        ? []
        : [
            {
              ia,
              ...(name !== undefined && { name }),
              ...(expectedMs !== undefined && { expectedMs }),
            },
          ];
    }),
  };
};
