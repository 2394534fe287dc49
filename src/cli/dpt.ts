import type { Command } from "commander";
import {
  type Choice,
  type Detail,
  type Dpt,
  decode,
  detailOf,
  type Field,
  findDpt,
  knownDpts,
  type Range,
  textOf,
  type Value,
} from "../core/dpt/dpt.ts";
import { parseHex, toHex } from "../core/octets.ts";
import { datapointType } from "./arguments.ts";
import { examples } from "./examples.ts";

type Options = Readonly<{ json?: true }>;

/** `knxpi dpt` */
export const addDpt = (program: Command): void => {
  const command = program
    .command("dpt")
    .description("datapoint types: what there is, and how it looks");
  command
    .command("list")
    .description("every datapoint type, one a line")
    .argument(
      "[text]",
      "only those whose number begins so, or whose name or unit has it: 9, energy, lux",
    )
    .option("--json", "one JSON document, for machines")
    .addHelpText(
      "after",
      examples(
        "knxpi dpt list",
        "knxpi dpt list 9",
        "knxpi dpt list energy",
        "knxpi dpt list --json",
      ),
    )
    .action((text: string | undefined, options: Options) => {
      const types = knownDpts().filter((type) => text === undefined || isMeant(type, text));
      if (types.length === 0)
        throw new Error(`no datapoint type has "${text}" in its number, name or unit`);
      if (options.json) console.log(JSON.stringify(types.map(documentOf)));
      else for (const line of table(types.map(rowOf))) console.log(line);
    });
  command
    .command("show")
    .description("one datapoint type: format, limits, words, JSON form, an example")
    .argument("<type>", "datapoint type, such as 9.001", datapointType)
    .option("--json", "one JSON document, for machines")
    .addHelpText("after", examples("knxpi dpt show 9.001", "knxpi dpt show 20.102 --json"))
    .action((id: string, options: Options) => {
      const type = findDpt(id);
      // Argument and list are the same: what is not there was refused before.
      if (type === undefined) throw new Error(`${id} is not a datapoint type known here`);
      if (options.json) {
        console.log(JSON.stringify(documentOf(type)));
        return;
      }
      if (type.id !== id)
        console.log(`${id} is no subtype known here; it is read as any ${type.id}\n`);
      for (const line of table(linesOf(type))) console.log(line);
    });
};

const isMeant = ({ id, main, name, unit = "" }: Dpt, text: string): boolean =>
  /^\d/.test(text)
    ? text.includes(".")
      ? id.startsWith(text)
      : `${main}` === text
    : [name, unit].some((own) => own.toLowerCase().includes(text.toLowerCase()));

const rowOf = (type: Dpt): readonly string[] => [
  type.id,
  type.name,
  type.unit ?? "",
  sizeOf(type),
  type.format,
];

/** Keys without a value are left out. */
const documentOf = (type: Dpt) => {
  const { id, main, name, format, bits, length, unit, range, resolution, json } = type;
  return {
    ...{ id, main, name, format, bits, octets: length, unit, range, resolution },
    words: wordsOf(type)?.map(([code, word]) => ({ code, word })),
    fields: type.fields?.map(({ choices, mayBeNull, ...field }) => ({
      ...field,
      words: choices?.map(([code, word]) => ({ code, word })),
      null: mayBeNull,
    })),
    json,
    example: exampleOf(type),
  };
};

const linesOf = (type: Dpt): readonly (readonly string[])[] => {
  const { octets, value, text, detail } = exampleOf(type);
  return [
    [type.id, type.name],
    ["format", `${type.format}, ${sizeOf(type)}`],
    ...line("unit", type.unit),
    ...line("range", type.range && rangeText(type.range)),
    ...line("resolution", type.resolution && `${shortest(type.resolution)}`),
    ...line(
      "words",
      wordsOf(type)
        ?.map(([code, word]) => `${code} ${word}`)
        .join(", "),
    ),
    ...(type.fields ?? []).map((field, index) => [index === 0 ? "fields" : "", fieldText(field)]),
    ["JSON", type.json],
    ["example", `${octets} ⇄ ${JSON.stringify(value)}${text === undefined ? "" : `  (${text})`}`],
    ...line("", detail && `detail ${JSON.stringify(detail)}`),
  ];
};

const line = (name: string, text: string | undefined | 0): readonly (readonly string[])[] =>
  text ? [[name, text]] : [];

const fieldText = ({ name, format, unit, range, choices, mayBeNull }: Field): string =>
  [
    name,
    format,
    range ? `${rangeText(range)}${unit === undefined ? "" : ` ${unit}`}` : "",
    choices?.map(([code, word]) => `${code} ${word}`).join(", ") ?? "",
    mayBeNull ? "or null" : "",
  ]
    .filter((part) => part !== "")
    .join("  ");

const rangeText = ({ min, max }: Range): string => `${min} to ${max}`;

/** 100/255 has more digits than anybody reads. */
const shortest = (value: number): number => Number(value.toPrecision(4));

const sizeOf = ({ bits, length }: Dpt): string => {
  if (length !== undefined) return `${length.min} to ${length.max} octets`;
  if (bits <= 6) return bits === 1 ? "1 bit" : `${bits} bits`;
  return bits === 8 ? "1 octet" : `${bits / 8} octets`;
};

const wordsOf = ({ words, choices }: Dpt): readonly Choice[] | undefined =>
  choices && choices.length > 0
    ? choices
    : words?.flatMap((word, code): readonly Choice[] => (word === undefined ? [] : [[code, word]]));

type Example = Readonly<{
  octets: string;
  value: Value;
  text: string | undefined;
  detail: Detail | undefined;
}>;

const exampleOf = (type: Dpt): Example => {
  const octets = parseHex(type.example) ?? [];
  const received = { octets, short: type.bits <= 6 };
  const decoded = decode(type, received);
  const value = decoded.ok ? decoded.value : null;
  return {
    octets: toHex(octets),
    value,
    text: textOf(type, value),
    detail: detailOf(type, received),
  };
};

/** The last column ends where it ends. */
const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
};
