import { XMLParser } from "fast-xml-parser";
import * as z from "zod";

/** An element of a document. */
export type Node = Readonly<{
  tag: string;
  attributes: ReadonlyMap<string, string>;
  children: readonly Node[];
}>;

/** Every element of a document, each before those inside it. */
export const nodesOf = (xml: string): readonly Node[] => {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
  });
  const flat = (node: Node): readonly Node[] => [node, ...node.children.flatMap(flat)];
  return ITEMS.parse(parser.parse(xml)).flatMap(toNodes).flatMap(flat);
};

const ITEMS = z.array(z.record(z.string(), z.unknown()));
const ATTRIBUTES = z.record(z.string(), z.string()).default({});

const toNodes = (item: Readonly<Record<string, unknown>>): readonly Node[] => {
  const { ":@": attributes, ...rest } = item;
  return Object.entries(rest).flatMap(([tag, children]) =>
    tag.startsWith("?") || tag === "#text"
      ? []
      : [
          {
            tag,
            attributes: new Map(Object.entries(ATTRIBUTES.parse(attributes))),
            children: ITEMS.parse(children).flatMap(toNodes),
          },
        ],
  );
};

/** Datapoint type 9 of a number from 0 to 40 in steps of 0.02: `datapoint-types.md` §10.4.2. */
export const floatOf = (value: number): number => {
  const hundredths = Math.round(value * 100);
  return hundredths <= 2047 ? hundredths : (1 << 11) | (hundredths / 2);
};
