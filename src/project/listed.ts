import {
  formatGroupAddress,
  type GroupAddress,
  type GroupStyle,
  parseGroupAddress,
} from "../core/address.ts";
import { statedDpt } from "./dpt.ts";
import { type Note, oneLine, type Project, type ProjectAddress, warningsOf } from "./project.ts";
import { rangesOf } from "./resolve.ts";
import type { Sink } from "./xml.ts";

/** A line of an export of group addresses. */
export type ListedAddress = Readonly<{
  /** `1/2/3`, `1/515`, `2563` */
  address: string;
  name: string;
  description: string;
  dpt: string;
  /** Names of the ranges around it, outermost first. */
  ranges: readonly string[];
}>;

/** An export knows no devices, rooms or functions. */
export const listedProject = (
  listed: readonly ListedAddress[],
  met: readonly Note[] = [],
): Project => {
  const notes: Note[] = [...met];
  const addresses = new Map<GroupAddress, ProjectAddress>();
  const parts = Math.max(0, ...new Set(listed.map(({ address }) => address.split("/").length)));
  const style = STYLES[parts - 1] ?? "3-level";
  for (const { address, name, description, dpt, ranges } of listed) {
    const label = `${address} ${oneLine(name)}`.trim();
    const ga = parseGroupAddress(address);
    if (ga === undefined || ga === 0) {
      notes.push({ code: "bad_address", example: label });
    } else if (addresses.has(ga)) {
      notes.push({ code: "duplicate", example: label });
    } else {
      const stated = statedDpt(dpt);
      for (const word of stated.unknown)
        notes.push({ code: "unknown_dpt", example: `${label}: ${word}` });
      if (stated.several) notes.push({ code: "several_dpts", example: label });
      if (stated.dpt === null)
        notes.push({
          code: "no_dpt",
          example: `${formatGroupAddress(ga, style)} ${oneLine(name)}`,
        });
      addresses.set(ga, {
        ga,
        name: oneLine(name),
        ...rangesOf(ranges),
        dpt: stated.dpt,
        room: null,
        description: oneLine(description),
        flags: "",
        function: null,
      });
    }
  }
  return {
    name: "",
    style,
    addresses: [...addresses.values()].toSorted((a, b) => a.ga - b.ga),
    devices: [],
    warnings: warningsOf(notes),
  };
};

const STYLES: readonly GroupStyle[] = ["free", "2-level", "3-level"];

/** Reads an export in XML, `KNX/GA-Export/01`. */
export const exportSink = (): Readonly<{
  sink: Sink;
  /** undefined: it was another document */
  result(): readonly ListedAddress[] | undefined;
}> => {
  const listed: ListedAddress[] = [];
  const ranges: string[] = [];
  let root: string | undefined;
  return {
    sink: {
      open: (element, attributes) => {
        const { Name: name = "", Address: address = "" } = attributes;
        const { Description: description = "", DPTs: dpt = "" } = attributes;
        root ??= element;
        if (element === "GroupRange") ranges.push(name);
        if (element === "GroupAddress")
          listed.push({ address, name, description, dpt, ranges: [...ranges] });
        return root === "GroupAddress-Export";
      },
      close: (element) => {
        if (element === "GroupRange") ranges.pop();
      },
    },
    result: () => (root === "GroupAddress-Export" ? listed : undefined),
  };
};
