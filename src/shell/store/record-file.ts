import * as z from "zod";
import { formatIndividualAddress, parseIndividualAddress } from "../../core/address.ts";
import type { Configured, Settings } from "../../core/app/device/model/model.ts";
import type { DeviceRecord } from "../../core/effect.ts";
import { type Octets, parseHex, toCompactHex } from "../../core/octets.ts";
import { sha256 } from "./files.ts";

export const RECORD_FILE = "device.json";

/** What must survive, and what the configuration said when it was written. */
export type StoredRecord = Readonly<{
  record: DeviceRecord;
  configured: Configured;
  /** The file is of an older version: it does not say all of that. */
  isOld: boolean;
}>;

export const encodeRecord = (record: DeviceRecord, configured: Configured): Uint8Array => {
  const { address, ...configuredSettings } = configured;
  const content = {
    address: formatIndividualAddress(record.address),
    keys: record.keys.map(toCompactHex),
    configured: formatIndividualAddress(address),
    settings: record.settings,
    configuredSettings,
  };
  const file = { version: VERSION, checksum: checksumOf(content), content };
  return new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`);
};

export type DecodedRecord = Readonly<
  { ok: true; stored: StoredRecord } | { ok: false; problem: string }
>;

/**
 * @param settings as the configuration says: those of a device whose file is of version 1, which had none, and taken for those of
 * the time of a file of version 2, which does not say
 * @returns what the file says, or what is wrong with it; it is never guessed at
 */
export const decodeRecord = (octets: Uint8Array, settings: Settings): DecodedRecord => {
  const outer = ENVELOPE.safeParse(jsonOf(new TextDecoder().decode(octets)));
  if (!outer.success) return bad("is damaged: it is no device record");
  const { version, checksum, content } = outer.data;
  if (version > VERSION) return bad(`is of version ${version}, newer than this program knows`);
  if (checksum !== checksumOf(content)) return bad("is damaged: its checksum does not fit");
  const inner = (CONTENTS[version - 1] ?? CONTENT_3).safeParse(content);
  if (!inner.success) return bad("is damaged: something is missing in it");
  const { address, keys, configured, ...rest }: Content = inner.data;
  const { routingCount, maxRetryCount } = settings;
  const said = { routingCount, maxRetryCount, ...rest.configuredSettings };
  return {
    ok: true,
    stored: {
      record: { address, keys, settings: rest.settings ?? settings },
      configured: { address: configured, ...said },
      isOld: version < VERSION,
    },
  };
};

const bad = (problem: string) => ({ ok: false as const, problem });

/** 1: without settings. 2: without those of the configuration. */
const VERSION = 3;

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
const CONTENT_3 = CONTENT_2.extend({
  configuredSettings: z.strictObject({ routingCount: octet, maxRetryCount: octet }),
});
type Content = z.infer<typeof CONTENT_1> & Partial<z.infer<typeof CONTENT_3>>;
/** By version, from 1. */
const CONTENTS = [CONTENT_1, CONTENT_2, CONTENT_3] as const;

/** Of the content as JSON without blanks, in the order in which it stands. */
const checksumOf = (content: unknown): string => sha256(JSON.stringify(content));

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
