import * as z from "zod";
import { formatGroupAddress, GroupAddress, parseGroupAddress } from "../../core/address.ts";
import type { KeptDevice, KeptLedger, KeptObject } from "../../core/app/bridge/ledger/kept.ts";
import { EMPTY_TABLE, entries, put, type Table } from "../../core/table.ts";
import { sha256 } from "./files.ts";

/*
 *   knxpi-ledger 1 40211 9f86d081884c…        version, octets after this line, their sha256
 *   {"base":"knx","instance":"house","style":"3-level"}
 *   {"ga":"4/0/1","address":true,"path":"4/0/Balcony","value":false,"meta":4503599627370495}
 *   {"entity":"living_ceiling"}
 *   {"device":"homeassistant/device/knx_house_living/config","hash":…,"components":{"ga_4_0_1":"sensor"}}
 *   {"clear":"knx/ga/4/0/2/state"}            to be cleared, and not cleared yet
 */

export const LEDGER_FILE = "ledger";

/** Line by line: who writes them can rest in between. */
export function* ledgerLines(ledger: KeptLedger): Generator<string> {
  const { base, instance, style, objects, entities, devices, clearing } = ledger;
  yield line({ base, instance, style });
  for (const [key, object] of entries(objects))
    yield line({ ga: formatGroupAddress(GroupAddress(key)), ...object });
  for (const entity of entities) yield line({ entity });
  for (const [device, told] of Object.entries(devices)) yield line({ device, ...told });
  for (const clear of clearing) yield line({ clear });
}

/** The first line. @param length octets of all that follow */
export const ledgerHead = (length: number, checksum: string): string =>
  `knxpi-ledger 1 ${length} ${checksum}\n`;

/** @returns undefined when it is damaged, or of a version that this program does not know */
export const decodeLedger = (file: Uint8Array): KeptLedger | undefined => {
  const first = file.indexOf(NEWLINE);
  const [, length, checksum] = FIRST_LINE.exec(textOf(file.subarray(0, Math.max(0, first)))) ?? [];
  const body = file.subarray(first + 1);
  if (body.length !== Number(length) || sha256(body) !== checksum) return undefined;
  const [head, ...lines] = textOf(body).trimEnd().split("\n");
  const tree = HEAD.safeParse(jsonOf(head ?? ""));
  if (!tree.success) return undefined;
  let objects: Table<KeptObject> = EMPTY_TABLE;
  const entities: string[] = [];
  const devices: { [topic: string]: KeptDevice } = {};
  const clearing: string[] = [];
  for (const text of lines) {
    const read = LINE.safeParse(jsonOf(text));
    if (!read.success) return undefined;
    if ("ga" in read.data) {
      const { ga, ...object } = read.data;
      const address = parseGroupAddress(ga);
      if (address === undefined) return undefined;
      objects = put(objects, address, object);
    } else if ("entity" in read.data) entities.push(read.data.entity);
    else if ("device" in read.data) {
      const { device, ...told } = read.data;
      devices[device] = told;
    } else clearing.push(read.data.clear);
  }
  return { ...tree.data, objects, entities, devices, clearing };
};

const HEAD = z.object({
  base: z.string(),
  instance: z.string(),
  style: z.enum(["3-level", "2-level", "free"]),
});
const LINE = z.union([
  z.object({
    ga: z.string(),
    address: z.boolean(),
    path: z.string().nullable(),
    value: z.boolean(),
    meta: z.number().nullable(),
  }),
  z.object({ entity: z.string() }),
  z.object({
    device: z.string(),
    hash: z.number().nullable(),
    components: z.record(z.string(), z.string()),
  }),
  z.object({ clear: z.string() }),
]);

const line = (fields: object): string => `${JSON.stringify(fields)}\n`;

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const textOf = (octets: Uint8Array): string => new TextDecoder().decode(octets);
const NEWLINE = 0x0a;
const FIRST_LINE = /^knxpi-ledger 1 (\d{1,9}) ([0-9a-f]{64})$/;
