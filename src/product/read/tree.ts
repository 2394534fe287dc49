import { SaxesParser } from "saxes";

/** An element as it stands in a file. */
export type Node = Readonly<{
  name: string;
  attributes: Readonly<Record<string, string | undefined>>;
  children: readonly Node[];
  /** Of `Data` only: everything else says what it says in attributes. */
  text: string;
  /** `thermostat.xml:12:7` */
  place: string;
}>;

/**
 * A document as a tree, without the parts that say nothing about what is loaded. Documents may come from anywhere: what they
 * refer to outside is never read, and what they define themselves is refused.
 * @param file its name, for what is wrong with it
 * @throws Error with file, line and column
 */
export const parseTree = (xml: string, file: string): Node => {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: Open[] = [{ name: "", attributes: {}, children: [], text: "", place: file }];
  let kept = 0;
  let skipping = 0;
  let place = file;
  const refuse = (what: string): never => {
    throw new Error(`${file}:${parser.line}:${parser.column + 1}: ${what}`);
  };
  parser.on("error", ({ message }) =>
    refuse(`not well-formed XML: ${message.replace(/^.*?: /, "")}`),
  );
  parser.on("doctype", () =>
    refuse("it has a DOCTYPE, which product data do not have; what it defines is not read"),
  );
  parser.on("opentagstart", ({ name }) => {
    place = `${file}:${parser.line}:${Math.max(1, parser.column - name.length - 1)}`;
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (skipping > 0 || NEEDLESS.has(name)) {
      skipping += 1;
      return;
    }
    kept += 1;
    if (kept > ELEMENTS) refuse(`it has more than ${ELEMENTS} elements`);
    if (open.length > DEPTH) refuse(`its elements are nested more than ${DEPTH} deep`);
    open.push({ name, attributes, children: [], text: "", place });
  });
  parser.on("text", (text) => {
    const inside = open.at(-1);
    if (skipping === 0 && inside?.name === "Data") inside.text += text;
  });
  parser.on("closetag", () => {
    if (skipping > 0) {
      skipping -= 1;
      return;
    }
    const closed = open.pop();
    if (closed !== undefined) open.at(-1)?.children.push(closed);
  });
  parser.write(xml).close();
  return open[0]?.children[0] ?? refuse("it has no element");
};

type Open = {
  name: string;
  attributes: Node["attributes"];
  children: Node[];
  text: string;
  place: string;
};

/** Texts in other languages, pictures and programs for the screen of the engineering tool. */
const NEEDLESS: ReadonlySet<string> = new Set(["Languages", "Baggages", "Catalog", "Script"]);

/** What a machine of 1 GB can hold; the largest products have some 100,000. */
const ELEMENTS = 500_000;
const DEPTH = 64;

/** The children with this name. */
export const all = (node: Node | undefined, name: string): readonly Node[] =>
  node?.children.filter((child) => child.name === name) ?? [];

/** The element at the end of a path of names, by the first of each. */
export const at = (node: Node | undefined, ...names: readonly string[]): Node | undefined =>
  names.reduce<Node | undefined>((inside, name) => all(inside, name)[0], node);

/** @throws Error with the place, the element and what is wrong with it */
export const refuse = (node: Node, what: string): never => {
  const id = optional(node, "Id") ?? optional(node, "RefId");
  throw new Error(`${node.place}: ${node.name}${id === undefined ? "" : ` ${id}`}: ${what}`);
};

export const optional = ({ attributes }: Node, key: string): string | undefined => attributes[key];

export const isTrue = (node: Node | undefined, key: string): boolean =>
  node !== undefined && /^(true|1)$/.test(optional(node, key) ?? "");

/** By what they refer to. */
export const byTarget = (nodes: readonly Node[]): ReadonlyMap<string, readonly Node[]> => {
  const found = new Map<string, Node[]>();
  for (const node of nodes) {
    const to = textOf(node, "RefId");
    const others = found.get(to);
    if (others === undefined) found.set(to, [node]);
    else others.push(node);
  }
  return found;
};

/** An attribute that has to be there. */
export const textOf = (node: Node, key: string): string =>
  node.attributes[key] ?? refuse(node, `${key} is missing`);

/** A whole number within its limits. */
export const numberOf = (node: Node, key: string, limits: Limits): number => {
  const text = node.attributes[key];
  if (text === undefined) return limits.otherwise ?? refuse(node, `${key} is missing`);
  const { min, max } = limits;
  const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max
    ? number
    : refuse(node, `${key} is ${short(text)}, and should be a number from ${min} to ${max}`);
};

type Limits = Readonly<{ min: number; max: number; otherwise?: number }>;

/** What a message can take. */
export const short = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
