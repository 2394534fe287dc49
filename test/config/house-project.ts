import { type GroupAddress, parseGroupAddress } from "../../src/core/address.ts";
import type { Project, ProjectAddress } from "../../src/project/project.ts";

/** 1/2/3 → the address. */
export const ga = (text: string): GroupAddress => {
  const address = parseGroupAddress(text);
  if (address === undefined) throw new Error(`no group address: ${text}`);
  return address;
};

export const address = (
  text: string,
  name: string,
  dpt: string | null,
  more: Partial<ProjectAddress> = {},
): ProjectAddress => ({
  ga: ga(text),
  name,
  main: "House",
  middle: "Living",
  dpt,
  room: null,
  description: "",
  flags: "",
  function: null,
  ...more,
});

export const project = (addresses: readonly ProjectAddress[]): Project => ({
  name: "House",
  style: "3-level",
  addresses,
  devices: [],
  warnings: [],
});

/** What the example of the contract builds on. */
// biome-ignore format: a table
export const HOUSE_PROJECT = project([
  address("1/1/10", "Ceiling",               "1.001"),
  address("1/4/10", "Ceiling status",        "1.001", { flags: "CRT" }),
  address("1/3/10", "Ceiling dimming",       "5.001"),
  address("1/5/10", "Ceiling dimming status","5.001"),
  address("1/1/20", "Socket",                "1.001", { room: "Kitchen" }),
  address("2/1/1",  "Blind up and down",     "1.008"),
  address("2/1/2",  "Blind stop",            "1.007"),
  address("2/1/3",  "Blind position",        "5.001"),
  address("2/1/4",  "Blind position status", "5.001"),
  address("2/1/5",  "Blind slats",           "5.001"),
  address("2/1/6",  "Blind slats status",    "5.001"),
  address("4/0/1",  "Temperature",           "9.001"),
  address("4/1/1",  "Setpoint",              "9.001"),
  address("4/1/2",  "Setpoint status",       "9.001"),
  address("4/1/3",  "Mode",                  "20.102"),
  address("4/1/4",  "Mode status",           "20.102"),
  address("4/1/5",  "Valve",                 "5.001"),
]);
