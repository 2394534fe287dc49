import { SaxesParser } from "saxes";
import { LIMITS } from "./limits.ts";
import { problem } from "./problem.ts";

/** What looks at a document while it goes by. Names without prefix; text between tags is not shown. */
export type Sink = Readonly<{
  /** @returns false: what follows is of no interest */
  open(name: string, attributes: Attributes): boolean;
  close?(name: string): void;
}>;

export type Attributes = Readonly<Record<string, string>>;

export type XmlReader = Readonly<{
  /**
   * @param octets the next ones, in UTF-8, cut anywhere
   * @returns false when the sink has seen enough
   */
  take(octets: Uint8Array): boolean;
  /** Says what is wrong with the end, unless the sink has seen enough. */
  end(): void;
}>;

/**
 * Streams a document past a sink. Document types are refused, so there are no entities but the five of XML; depth and the
 * length of a tag are bounded. Throws a `problem`.
 * @param what names the document in messages
 */
export const xmlReader = (sink: Sink, what: string): XmlReader => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parser = new SaxesParser({ xmlns: false, position: true });
  let depth = 0;
  let sinceTag = 0;
  let more = true;
  parser.on("doctype", () => {
    throw problem("unsafe", `${what} has a document type, which ETS never writes`);
  });
  parser.on("error", (error) => {
    throw problem("bad_xml", `${what}, line ${error.message}`);
  });
  parser.on("opentag", ({ name, attributes }) => {
    sinceTag = 0;
    depth += 1;
    if (depth > LIMITS.depth) throw problem("too_big", `${what} is nested too deeply`);
    more &&= sink.open(local(name), attributes);
  });
  parser.on("closetag", ({ name }) => {
    sinceTag = 0;
    depth -= 1;
    if (more) sink.close?.(local(name));
  });
  const write = (text: string): void => {
    sinceTag += text.length;
    parser.write(text);
    if (sinceTag > LIMITS.tag) throw problem("too_big", `${what} has a tag without an end`);
  };
  return {
    take(octets) {
      write(decoded(decoder, octets, what));
      return more;
    },
    end() {
      if (!more) return;
      write(decoded(decoder, undefined, what));
      parser.close();
    },
  };
};

const decoded = (decoder: Decoder, octets: Uint8Array | undefined, what: string): string => {
  try {
    return octets === undefined ? decoder.decode() : decoder.decode(octets, { stream: true });
  } catch {
    throw problem("bad_xml", `${what} is not in UTF-8`);
  }
};

type Decoder = InstanceType<typeof TextDecoder>;

const local = (name: string): string => name.slice(name.indexOf(":") + 1);
