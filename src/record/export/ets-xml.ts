import { isoTime } from "../../core/iso-time.ts";
import { type Octets, toCompactHex, toHex } from "../../core/octets.ts";
import type { Traffic } from "../traffic.ts";
import { meaning, reasonInWords, unsentInWords } from "../words.ts";
import { encodeBusmonitor, encodeCemi } from "./cemi.ts";
import type { Format } from "./format.ts";

/**
 * A communication log, as the group monitor and the bus monitor of ETS save and open it. What it has no element for stands in comments.
 * It is written piece by piece, for it may be larger than the memory; the only text in it that is not ours is the name of the instance.
 */
export const etsXml: Format = async function* ({ begin, instance }, traffic) {
  const connection = attribute(instance);
  const start = (utc: number): string =>
    element("RecordStart", { Timestamp: timestamp(utc), ConnectionName: connection, Mode });
  const stop = (utc: number): string => element("RecordStop", { Timestamp: timestamp(utc) });
  yield `<?xml version="1.0" encoding="utf-8"?>\n<CommunicationLog xmlns="${NAMESPACE}">\n`;
  yield element("Connection", { Timestamp: timestamp(begin), State: "Established" });
  yield start(begin);
  let last = begin;
  let raw = 0;
  for await (const one of traffic) {
    const telegram = (service: string, octets: Octets): string =>
      element("Telegram", {
        Timestamp: timestamp(one.utc),
        ConnectionName: connection,
        Service: service,
        FrameFormat: "CommonEmi",
        RawData: toCompactHex(octets).toUpperCase(),
      });
    switch (one.kind) {
      case "telegram": {
        const service = one.own ? "L_Data.con" : "L_Data.ind";
        yield telegram(service, encodeCemi(service, one.octets, one.acknowledged === "no"));
        break;
      }
      case "raw": {
        const { octets, acknowledge, at } = one;
        const pieces = acknowledge === null ? [octets] : [octets, [acknowledge]];
        for (const piece of pieces)
          yield telegram("L_Busmon.ind", encodeBusmonitor(piece, raw++, at));
        break;
      }
      case "damaged":
        yield comment(one, `${toHex(one.octets)} ${reasonInWords(one.reason)}`);
        break;
      case "unsent":
        yield comment(
          one,
          `${toHex(one.octets)} ${meaning(one.means)} ${unsentInWords(one.outcome)}`,
        );
        break;
      case "gap":
        yield stop(one.utc);
        yield comment(one, `${one.impulses} impulses are not in the recording`);
        yield start(one.utc);
        break;
    }
    last = one.utc;
  }
  yield `${stop(last)}</CommunicationLog>\n`;
};

const NAMESPACE = "http://knx.org/xml/telegrams/01";
const Mode = "LinkLayer";

/** @param values without anything that needs to be escaped */
const element = (name: string, values: Readonly<Record<string, string>>): string =>
  `  <${name} ${Object.entries(values)
    .map(([key, value]) => `${key}="${value}"`)
    .join(" ")} />\n`;

/** In UTC, with the seven decimals that ETS writes; we know six of them. */
const timestamp = (utc: number): string => {
  const microseconds = Math.round(utc * 1_000);
  const whole = isoTime(Math.floor(microseconds / 1_000)).slice(0, 19);
  return `${whole}.${`${microseconds % 1_000_000}`.padStart(6, "0")}0Z`;
};

/** `--` must not stand in a comment. */
const comment = ({ utc }: Traffic, text: string): string =>
  `  <!-- ${timestamp(utc)} ${text.replace(/-(?=-)/g, "- ").replace(/-$/, "- ")} -->\n`;

const attribute = (text: string): string =>
  text
    // what XML cannot hold
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[<>&"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
