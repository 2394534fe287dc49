import type { Attributes, Sink } from "./xml.ts";

/** What product data (`Hardware.xml`) say about the products that were asked for. */
export type Hardware = Readonly<{
  /** By id of the product. */
  products: ReadonlyMap<string, Product>;
  /** Id of a program on a hardware → id of the application program. */
  programs: ReadonlyMap<string, string>;
}>;

export type Product = Readonly<{ text: string; order: string }>;

/**
 * Reads any number of documents.
 * @param wanted ids of products and of programs on a hardware
 * @param language of the names, `de-DE`; what is not translated is in the language of the manufacturer
 */
export const hardwareSink = (
  wanted: ReadonlySet<string>,
  language?: string,
): Readonly<{ sink: Sink; result: Hardware }> => {
  const products = new Map<string, Product>();
  const programs = new Map<string, string>();
  let program: string | undefined;
  let translates = false;
  let translated: string | undefined;

  const enter = (name: string, attributes: Attributes): void => {
    const { Id: id = "", RefId: ref, Text: text = "", OrderNumber: order = "" } = attributes;
    const { Identifier: identifier, AttributeName: attribute } = attributes;
    switch (name) {
      case "Product":
        if (wanted.has(id)) products.set(id, { text, order });
        break;
      case "Hardware2Program":
        program = wanted.has(id) ? id : undefined;
        break;
      case "ApplicationProgramRef":
        if (program !== undefined && ref !== undefined) programs.set(program, ref);
        break;
      case "Language":
        translates = identifier === language;
        break;
      case "TranslationElement":
        translated = translates ? ref : undefined;
        break;
      case "Translation": {
        const product = products.get(translated ?? "");
        if (translated === undefined || product === undefined || text === "") break;
        if (attribute === "Text") products.set(translated, { ...product, text });
        break;
      }
    }
  };
  return {
    sink: {
      open: (name, attributes) => {
        enter(name, attributes);
        return true;
      },
      close: (name) => {
        if (name === "Hardware2Program") program = undefined;
      },
    },
    result: { products, programs },
  };
};
