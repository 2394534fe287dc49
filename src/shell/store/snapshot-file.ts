import { formatGroupAddress, formatIndividualAddress, GroupAddress } from "../../core/address.ts";
import { readJson, readState, readValue } from "../../core/app/bridge/restart/retained.ts";
import type { KeptValue, Restored, Snapshot } from "../../core/app/bridge/restart/snapshot.ts";
import type { GroupValue } from "../../core/impulse.ts";
import { isoTime } from "../../core/iso-time.ts";
import { toCompactHex } from "../../core/octets.ts";
import { entries, get } from "../../core/table.ts";
import { sha256 } from "./files.ts";

/*
 *   knxpi-snapshot 1 40211 9f86d081884c…      version, octets after this line, their sha256
 *   {"ga":"4/0/1","raw":"0c2f","dpt":"9.001","service":"write","source":"1.1.5","ts":"…","changed":"…"}
 *   {"ga":"4/0/12","raw":"0c33","provided":true}         what a provided object answers with
 */

export const SNAPSHOT_FILE = "snapshot";

/** The file before this one. */
export const PREVIOUS = ".1";

/** Line by line: who writes them can rest in between. Values that are in use are never changed, only succeeded. */
export function* snapshotLines({ held, provided, objects }: Snapshot): Generator<string> {
  for (const [key, { value, service, source, ts, changed, stale }] of entries(held)) {
    // What has no value any more has none after a restart either.
    if (stale === "unknown") continue;
    yield line({
      ...octetsOf(key, value),
      dpt: get(objects, key)?.dpt ?? null,
      service,
      source: formatIndividualAddress(source),
      ts: isoTime(ts),
      changed: isoTime(changed),
    });
  }
  for (const [key, { value }] of entries(provided))
    yield line({ ...octetsOf(key, value), provided: true });
}

/** The first line. @param length octets of all that follow */
export const snapshotHead = (length: number, checksum: string): string =>
  `${MAGIC} ${VERSION} ${length} ${checksum}\n`;

/** @returns what the file says, or what is wrong with it; it is never guessed at */
export const decodeSnapshot = (
  file: Uint8Array,
): Readonly<{ ok: true; restored: Restored } | { ok: false; problem: string }> => {
  const first = file.indexOf(NEWLINE);
  const head = first < 0 ? "" : textOf(file.subarray(0, first));
  const [, version, length, checksum] = FIRST_LINE.exec(head) ?? [];
  if (version === undefined) return bad("it does not begin like a snapshot");
  if (Number(version) !== VERSION)
    return bad(`it is of version ${version}, which this program does not know`);
  const body = file.subarray(first + 1);
  if (body.length !== Number(length))
    return bad(`it has ${body.length} octets where ${length} were written`);
  if (sha256(body) !== checksum) return bad("its checksum does not fit");
  const values: KeptValue[] = [];
  const provided: { ga: GroupAddress; value: GroupValue }[] = [];
  for (const text of textOf(body).split("\n")) {
    if (text === "") continue;
    const kept = readState(text);
    const answer = kept ?? readValue(readJson(text) ?? {});
    if (answer === undefined) return bad(`a line of it cannot be read: ${text.slice(0, SHOWN)}`);
    if (kept === undefined) provided.push(answer);
    else values.push(kept);
  }
  return { ok: true, restored: { values, provided, damaged: false } };
};

const octetsOf = (key: number, { octets, short }: GroupValue) => ({
  ga: formatGroupAddress(GroupAddress(key)),
  raw: toCompactHex(octets),
  ...(short && { bits: SHORT_BITS }),
});

const line = (fields: object): string => `${JSON.stringify(fields)}\n`;

const bad = (problem: string) => ({ ok: false as const, problem });

const MAGIC = "knxpi-snapshot";
const VERSION = 1;
const NEWLINE = 0x0a;
const SHOWN = 80;
const FIRST_LINE = /^knxpi-snapshot (\d{1,5}) (\d{1,9}) ([0-9a-f]{64})$/;
/** What fits into the octet of the APCI: how many of them belong to the type does not matter here. */
const SHORT_BITS = 6;

const textOf = (octets: Uint8Array): string => new TextDecoder().decode(octets);
