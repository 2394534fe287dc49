import { expect, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { StoredLoadable } from "../../src/core/app/device/model/model.ts";
import { openShell } from "../../src/shell/shell.ts";
import { startHouse } from "../../src/sim/house.ts";
import { hex } from "../../src/testing/watch.ts";
import { collectLog } from "./collect.ts";
import { pretend } from "./gpio-programs.ts";

/*
 * From pin to pin: a file of configuration, a device that ETS has loaded with the application gpio, a simulated house in real
 * time, and programs that pretend to be those of libgpiod.
 */

// biome-ignore format: read by column
const LOADED: readonly StoredLoadable[] = [
  { index: 1, address: 0x4000, octets: "0002  090A 0911" },                     // 1/1/10 the lamp, 1/1/17 the push button
  { index: 2, address: 0x4100, octets: "0002  0001 0001  0002 0005" },          // Input 1, Output 1
  { index: 3, address: 0x4200, octets: "0005  4F00 0000 0000 0000 9F00" },      // C R T; C R W U
  { index: 4, address: 0x4300, octets: "05 20" },                               // 5 ms, on when active, silent at start, off at stop
].map(({ index, address, octets }) => ({
  index: index === 1 ? 1 : index === 2 ? 2 : index === 3 ? 3 : 4,
  state: "loaded",
  address,
  octets: hex(octets.replaceAll(/\s+/g, " ")),
  programVersion: hex("00 FA B3 03 10"),
}));

/** A chip is something in /dev; the programs only look at its name. Both have a line of the same number. */
const CHIP = "/dev/null";
const OTHER_CHIP = "/dev/zero";

const configure = (path: string, device: object) => {
  const knx = { port: path, address: "1.1.250", objects_from: "ets" };
  const loaded = loadConfig(JSON.stringify({ knx, device: { application: "gpio", ...device } }), {
    path: "house.yaml",
    env: {},
    readFile: () => "",
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  expect(loaded.warnings).toEqual([]);
  return loaded.config;
};

// biome-ignore format: read by column
test.each([
  { version: "1.6.3", up: "1",      down: "0",       set: (chip: string, value: number) => `gpioset --mode=wait ${chip} 17=${value}`,   off: (chip: string) => `gpioset --mode=exit ${chip} 17=0` },
  { version: "2.2.1", up: "rising", down: "falling", set: (chip: string, value: number) => `gpioset --chip=${chip} 17=${value}`,        off: (chip: string) => `gpioset --toggle=0 --chip=${chip} 17=0` },
])(
  "libgpiod $version: a press becomes a telegram, and a telegram an output",
  async ({ version, up, down, set, off }) => {
    const programs = pretend();
    programs.installAll(version);
    const house = startHouse();
    const { stack, port, gpio } = configure(house.path, {
      inputs: [{ chip: CHIP, line: 17 }],
      outputs: [{ chip: OTHER_CHIP, line: 17 }],
    });
    const { log, lines } = collectLog();
    const shell = openShell({
      config: { ...stack, device: { ...stack.device, loaded: LOADED } },
      about: { version: "1.2.3", instance: "test" },
      serial: { ...port, binding: house.binding },
      gpio: { ...gpio, env: programs.env },
      log,
    });
    try {
      await lines.until(({ msg }) => msg === "link up");
      await programs.watching("null-17");
      // The level that was there is not a press; when it counts as known, nobody outside can see.
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(house.lamp.on).toBe(false);

      programs.edge("null-17", [up, down, up].join("\n"));
      await vi.waitFor(() => expect(house.lamp.on).toBe(true), 5_000);
      programs.edge("null-17", down);
      await vi.waitFor(() => expect(house.lamp.on).toBe(false), 5_000);

      await programs.calledWith(set(OTHER_CHIP, 0));
      house.button.press();
      await programs.calledWith(set(OTHER_CHIP, 1));
    } finally {
      await shell.stop();
      house.stop();
    }
    expect(programs.calls().at(-1)).toBe(off(OTHER_CHIP));
    expect(lines.items.filter(({ msg }) => msg.includes("GPIO"))).toEqual([]);
    programs.remove();
  },
);
