import * as z from "zod";
import {
  formatIndividualAddress,
  type IndividualAddress,
  parseIndividualAddress,
} from "../../core/address.ts";
import type { Settings } from "../../core/app/device/model/model.ts";
import type { DeviceRecord } from "../../core/impulse.ts";
import { type Octets, parseHex, toCompactHex } from "../../core/octets.ts";
import { sha256 } from "./files.ts";

export const RECORD_FILE = "device.json";

/** What must survive, and what the configuration said when it was written: the later of the two holds. */
export type StoredRecord = Readonly<{ record: DeviceRecord; configured: IndividualAddress }>;

export const encodeRecord = ({ record, configured }: StoredRecord): Uint8Array => {
  const content = {
    address: formatIndividualAddress(record.address),
    keys: record.keys.map(toCompactHex),
    configured: formatIndividualAddress(configured),
    settings: record.settings,
  };
  const file = { version: VERSION, checksum: checksumOf(content), content };
  return new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`);
};

export type DecodedRecord = Readonly<
  { ok: true; stored: StoredRecord } | { ok: false; problem: string }
>;

/**
 * @param settings of a device whose file is of version 1, which had none
 * @returns what the file says, or what is wrong with it; it is never guessed at
 */
export const decodeRecord = (octets: Uint8Array, settings: Settings): DecodedRecord => {
  const outer = ENVELOPE.safeParse(jsonOf(new TextDecoder().decode(octets)));
  if (!outer.success) return bad("is damaged: it is no device record");
  const { version, checksum, content } = outer.data;
  if (version > VERSION) return bad(`is of version ${version}, newer than this program knows`);
  if (checksum !== checksumOf(content)) return bad("is damaged: its checksum does not fit");
  const inner = (version === 1 ? CONTENT_1 : CONTENT_2).safeParse(content);
  if (!inner.success) return bad("is damaged: something is missing in it");
  const { address, keys, configured, ...rest } = inner.data;
  return { ok: true, stored: { record: { address, keys, settings, ...rest }, configured } };
};

const bad = (problem: string) => ({ ok: false as const, problem });

/** 1: without settings. */
const VERSION = 2;

const read = <T>(parse: (text: string) => T | undefined) =>
  z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: "unreadable" });
    return z.NEVER;
  });

const address = read(parseIndividualAddress);
const key = read((text): Octets | undefined => {
  const octets = parseHex(text);
  return octets?.length === 4 ? octets : undefined;
});
const octet = z.int().min(0).max(0xff);
const word = z.int().min(0).max(0xffff);

const ENVELOPE = z.object({ version: z.int().positive(), checksum: z.string(), content: z.json() });
const CONTENT_1 = z.strictObject({ address, keys: z.array(key).length(3), configured: address });
const CONTENT_2 = CONTENT_1.extend({
  settings: z.strictObject({
    routingCount: octet,
    maxRetryCount: octet,
    rateTimeBase: word,
    rateTelegrams: word,
    downloads: word,
    peiTypes: z.tuple([octet, octet]),
  } satisfies Record<keyof Settings, unknown>),
});

/** Of the content as JSON without blanks, in the order in which it stands. */
const checksumOf = (content: unknown): string => sha256(JSON.stringify(content));

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
