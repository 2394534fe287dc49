import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { toHex } from "../../src/core/octets.ts";

const load = (device: string) =>
  loadConfig(`knx: {address: 1.1.250}\n${device}`, {
    path: "/home/house.yaml",
    env: {},
    readFile: () => "",
    machineId: "0123456789abcdef0123456789abcdef\n",
  });

test.each([
  { device: "", name: "bridge", type: "00 00 b3 01 10 00" },
  { device: "device: {application: thermostat}", name: "thermostat", type: "00 00 b3 02 10 00" },
  { device: "device: {application: gpio}", name: "gpio", type: "00 00 b3 03 10 00" },
])("$name, and the hardware type that belongs to it", ({ device, name, type }) => {
  const loaded = load(device);
  expect(loaded.ok && loaded.config.stack.application.name).toBe(name);
  expect(loaded.ok && toHex(loaded.config.stack.device.hardwareType)).toBe(type);
});

test("an application that is none is refused", () => {
  expect(load("device: {application: toaster}").ok).toBe(false);
});
