import type { GroupAddress, GroupStyle, IndividualAddress } from "../core/address.ts";

/** What is taken from a project of ETS, or from an export of its group addresses. Plain data. */
export type Project = Readonly<{
  name: string;
  /** How the installation writes its group addresses. */
  style: GroupStyle;
  /** In the order of their numbers, each once. */
  addresses: readonly ProjectAddress[];
  /** In the order of their addresses, those without one at the end. */
  devices: readonly ProjectDevice[];
  warnings: readonly ProjectWarning[];
}>;

export type ProjectAddress = Readonly<{
  ga: GroupAddress;
  name: string;
  /** Names of the ranges it stands in; null where there is none. */
  main: string | null;
  middle: string | null;
  /** `9.001`, `9.xxx` for a main type alone; null when nobody says, or the linked objects contradict each other. */
  dpt: string | null;
  room: string | null;
  description: string;
  /** Of all linked objects together, in the order `CRWTUI`; empty when nothing is linked. */
  flags: string;
  function: ProjectFunction | null;
}>;

export type ProjectFunction = Readonly<{
  name: string;
  /** As ETS names it, `FT-1` is a switched light; empty when it has none. */
  type: string;
  /** What this address is in the function: `SwitchOnOff`, `InfoOnOff`; empty when it has none. */
  role: string;
}>;

export type ProjectDevice = Readonly<{
  /** null: it was never given one. */
  ia: IndividualAddress | null;
  name: string;
  product: string;
  /** Order number of the product. */
  order: string;
  room: string | null;
}>;

/** What could not be used, or was decided. */
export type ProjectWarning = Readonly<{
  code: WarningCode;
  message: string;
  count: number;
  /** The first ones. */
  examples: readonly string[];
}>;

/** One such place. */
export type Note = Readonly<{ code: WarningCode; example: string }>;

/** Notes of one kind become one warning, in the order in which the kinds appear. */
export const warningsOf = (notes: readonly Note[]): readonly ProjectWarning[] => {
  const kinds = new Map<WarningCode, string[]>();
  for (const { code, example } of notes) {
    const examples = kinds.get(code);
    if (examples === undefined) kinds.set(code, [example]);
    else examples.push(example);
  }
  return [...kinds].map(([code, examples]) => ({
    code,
    message: MESSAGES[code],
    count: examples.length,
    examples: examples.slice(0, EXAMPLES),
  }));
};

const EXAMPLES = 3;

const MESSAGES = {
  schema: "made by an ETS that is not known here; what is understood was taken",
  several_projects: "projects in the file besides the first, left out",
  installation: "group addresses of further installations of the project, left out",
  bad_address: "group addresses that cannot be read, left out",
  duplicate: "group addresses that stand there twice; the first was taken",
  unknown_dpt: "datapoint types that cannot be read",
  several_dpts: "group addresses with several datapoint types; the first was taken",
  dpt_main: "group addresses whose linked objects have different datapoint types; none was taken",
  dpt_sub:
    "group addresses whose linked objects differ in the subtype; the most frequent one was taken, or the main type when there is none",
  no_dpt: "group addresses without a datapoint type",
  dangling: "links to group addresses that are not there",
  no_program:
    "devices whose product data are not in the file: types and flags of their objects are unknown",
  no_object: "linked objects that the product data do not know",
  no_ia: "devices without an individual address",
  several_functions: "group addresses in several functions; the first was taken",
  secure: "group addresses with KNX Data Secure: their telegrams cannot be read here",
  row: "lines that are no group address, left out",
} as const satisfies Record<string, string>;

type WarningCode = keyof typeof MESSAGES;

/** Names as they can stand in a line: control characters and runs of blanks are one blank. */
export const oneLine = (text: string): string =>
  text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ").trim();
