import { XMLBuilder } from "fast-xml-parser";

/** An element with its attributes in the order they are written, and its children. */
export type Element = Readonly<{
  name: string;
  attributes: Attributes;
  children: readonly Element[];
}>;

/** What is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export const element = (
  name: string,
  attributes: Attributes = {},
  children: readonly Element[] = [],
): Element => ({ name, attributes, children });

/** A document with this root, in UTF-8; the same text for the same tree. */
export const toXml = (root: Element): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n${BUILDER.build([nodeOf(root)]).trim()}\n`;

const BUILDER = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "@_",
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  format: true,
});

/** The form in which the builder keeps the order of children. */
const nodeOf = ({ name, attributes, children }: Element): object => ({
  [name]: children.map(nodeOf),
  ":@": Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [`@_${key}`, `${value}`]),
  ),
});
