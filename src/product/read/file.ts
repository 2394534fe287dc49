import { readFileSync, statSync } from "node:fs";
import { Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { type Node, parseTree } from "./tree.ts";

/**
 * The documents with application programs in a file: of the package (.knxprod) those of its programs, of XML the one itself.
 * @throws Error that says what is wrong with the file, and where
 */
export const readDocuments = async (path: string): Promise<readonly Node[]> => {
  const found = statSync(path);
  if (!found.isFile()) throw new Error(`${path}: not a file`);
  if (found.size > OCTETS) throw new Error(`${path}: ${found.size} octets; ${most}`);
  const octets = readFileSync(path);
  const texts = isZip(octets) ? await unpack(octets, path) : [{ name: path, octets }];
  return texts.map((text) => parseTree(decoded(text), text.name));
};

type Text = Readonly<{ name: string; octets: Uint8Array }>;

/** The largest product data are some 60 MB of XML; of a file and of all that is unpacked from it. */
const OCTETS = 64 * 1024 * 1024;
const most = `product data of up to ${OCTETS} octets are read`;

const isZip = (octets: Uint8Array): boolean => octets[0] === 0x50 && octets[1] === 0x4b;

/** `M-00FA/M-00FA_A-B302-10-0000.xml`: manufacturer and program. */
const PROGRAM = /^M-[0-9A-F]{4}\/M-[0-9A-F]{4}_A-[^/]*\.xml$/i;

/** Many more than there are parts in a package with all its pictures. */
const ENTRIES = 10_000;

const unpack = async (octets: Uint8Array, path: string): Promise<readonly Text[]> => {
  const zip = new ZipReader(new Uint8ArrayReader(octets), {
    useWebWorkers: false,
    checkSignature: true,
  });
  const texts: Text[] = [];
  let room = OCTETS;
  let entries = 0;
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      entries += 1;
      if (entries > ENTRIES) throw new Error(`more than ${ENTRIES} parts`);
      if (entry.directory || !PROGRAM.test(entry.filename)) continue;
      if (entry.encrypted) throw new Error(`${entry.filename} is encrypted`);
      const part = collector(room);
      await entry.getData(part.stream);
      room -= part.length();
      texts.push({ name: `${path}/${entry.filename}`, octets: part.octets() });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : `${error}`;
    throw new Error(`${path}: this package cannot be read: ${why}`);
  } finally {
    await zip.close();
  }
  if (texts.length > 0) return texts;
  throw new Error(
    `${path}: no application program in this package: M-xxxx/M-xxxx_A-….xml is missing among its ${entries} parts`,
  );
};

/** Takes what is unpacked, whatever the directory of the package says about its size. */
const collector = (room: number) => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new WritableStream<Uint8Array>({
    write(chunk) {
      length += chunk.length;
      if (length > room) throw new Error(most);
      chunks.push(chunk.slice());
    },
  });
  return { stream, length: () => length, octets: () => Buffer.concat(chunks) };
};

const decoded = ({ name, octets }: Text): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    throw new Error(`${name}: neither a package (.knxprod) nor XML in UTF-8`);
  }
};
