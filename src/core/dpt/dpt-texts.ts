import type { Codec, Dpt, MainType } from "./main-type.ts";
import { type Charset, exactText, filledText, latinText, utf8Text } from "./text.ts";

/* Main types 4, 16, 24, 28, 231 and 234: characters. `datapoint-types.md` §10.3, §10.4.6. */

/** The longest APDU, 254 octets, has two for the service. */
const LONGEST = 252;

type Shape = Pick<Dpt, "main" | "bits" | "format" | "json">;
type Make = (id: string) => Codec;

const type = (shape: Shape, sub: string, name: string, example: string, make: Make): Dpt => {
  const id = `${shape.main}.${sub}`;
  return { id, ...shape, name, example, codec: make(id) };
};

const A8 = { main: 4, bits: 8, format: "A8", json: "one character" };
const character = (charset: Charset) => (id: string) => exactText(id, 1, charset);

export const DPT_4: MainType = {
  main: 4,
  subtypes: [
    type(A8, "001", "ASCII character", "4b", character(0x7f)),
    type(A8, "002", "ISO 8859-1 character", "fc", character(0xff)),
  ],
  other: type(A8, "xxx", "character", "4b", character(0xff)),
};

const A112 = { main: 16, bits: 112, format: "A112", json: "text of up to 14 characters" };
const fourteen = (charset: Charset) => (id: string) => filledText(id, 14, charset);

export const DPT_16: MainType = {
  main: 16,
  subtypes: [
    type(A112, "000", "ASCII text", "41 62 43 64 45 66 47 68 49 6a 4b 6c 4d 6e", fourteen(0x7f)),
    type(
      A112,
      "001",
      "ISO 8859-1 text",
      "47 72 fc df 65 00 00 00 00 00 00 00 00 00",
      fourteen(0xff),
    ),
  ],
  other: type(
    A112,
    "xxx",
    "text of 14 octets",
    "47 72 fc df 65 00 00 00 00 00 00 00 00 00",
    fourteen(0xff),
  ),
};

/** Group objects of such types have the largest size that fits a standard frame. */
const varying = (main: number, charset: string) =>
  ({
    main,
    bits: 112,
    format: "A[n]",
    json: `text, ${charset}`,
    length: { min: 1, max: LONGEST },
  }) as const;

const LATIN = varying(24, "ISO 8859-1, up to 251 characters");
const latin = (id: string) => latinText(id, LONGEST);

export const DPT_24: MainType = {
  main: 24,
  subtypes: [type(LATIN, "001", "ISO 8859-1 text of any length", "47 72 fc df 65 00", latin)],
  other: type(LATIN, "xxx", "text of any length", "47 72 fc df 65 00", latin),
};

const UTF8 = varying(28, "UTF-8, up to 251 octets");
const utf8 = (id: string) => utf8Text(id, LONGEST);

export const DPT_28: MainType = {
  main: 28,
  subtypes: [type(UTF8, "001", "UTF-8 text", "47 72 c3 bc c3 9f 65 00", utf8)],
  other: type(UTF8, "xxx", "Unicode text", "47 72 c3 bc c3 9f 65 00", utf8),
};

const A32 = { main: 231, bits: 32, format: "A8A8A8A8", json: "language and region, four letters" };
const four = (id: string) => exactText(id, 4, 0x7f);

export const DPT_231: MainType = {
  main: 231,
  subtypes: [type(A32, "001", "locale", "64 65 43 48", four)],
  other: type(A32, "xxx", "four ASCII characters", "64 65 43 48", four),
};

const A16 = { main: 234, bits: 16, format: "A8A8", json: "two letters" };
const two = (id: string) => exactText(id, 2, 0x7f);

export const DPT_234: MainType = {
  main: 234,
  subtypes: [
    type(A16, "001", "language code (ISO 639-1)", "64 65", two),
    type(A16, "002", "region code (ISO 3166-1)", "43 48", two),
  ],
  other: type(A16, "xxx", "two ASCII characters", "64 65", two),
};
