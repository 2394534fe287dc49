import { choice, words } from "./choice.ts";
import { ENUMERATIONS } from "./enumerations.ts";
import { flag } from "./flags.ts";
import { float32 } from "./float-32.ts";
import { hexDigits } from "./hex-digits.ts";
import { ipv6 } from "./ipv-6.ts";
import type { Dpt, MainType } from "./main-type.ts";
import { PERCENT, unsigned } from "./quantity.ts";
import { type Part, part, recordType, reserved, valid } from "./record.ts";
import { alone } from "./scalar.ts";

/*
 * Main types 15, 217, 219, 240, 241, 255 and 285: structures of their own. `datapoint-types.md` §10.3; KNX 03.07.02 Datapoint
 * Types §3.29, §3.42, §3.52, §7.2, §7.4. Fields stand from the MSB on.
 */

const flags = (...names: readonly string[]): readonly Part[] =>
  names.map((name) => part(name, flag()));

/** Six decimal digits; the code begins with the last of them when it is read from right to left. */
const access = (sub: string, name: string): Dpt =>
  recordType(
    `15.${sub}`,
    name,
    [
      part("code", hexDigits(6, true)),
      ...flags("read_error", "accepted", "right_to_left", "encrypted"),
      part("index", unsigned(4)),
    ],
    { json: '{"code":"123456","accepted":true,"index":3,…}', example: "12 34 56 43" },
  );

export const DPT_15: MainType = alone(
  15,
  access("000", "access data"),
  access("xxx", "access data of 4 octets"),
);

const version = (sub: string, name: string): Dpt =>
  recordType(
    `217.${sub}`,
    name,
    [part("magic", unsigned(5)), part("version", unsigned(5)), part("revision", unsigned(6))],
    { json: '{"magic":0,"version":1,"revision":0}', example: "00 40" },
  );

export const DPT_217: MainType = alone(
  217,
  version("001", "version of a datapoint type"),
  version("xxx", "version"),
);

const wordsOf = (sub: string) => words(ENUMERATIONS.find(([other]) => other === sub)?.[2] ?? "");

const alarm = (sub: string, name: string): Dpt =>
  recordType(
    `219.${sub}`,
    name,
    [
      part("log_number", unsigned(8)),
      part("priority", choice(8, words("high | medium | low | none"))),
      part("area", choice(8, wordsOf("006"))),
      part("error_class", choice(8, wordsOf("011"))),
      reserved(4),
      ...flags(
        "error_code_supported",
        "text_supported",
        "timestamp_supported",
        "acknowledge_supported",
      ),
      reserved(5),
      ...flags("locked", "unacknowledged", "in_alarm"),
    ],
    {
      json: '{"log_number":7,"priority":"high","area":"lighting","error_class":"hardware fault","in_alarm":true,…}',
      example: "07 00 14 04 02 03",
    },
  );

export const DPT_219: MainType = alone(
  219,
  alarm("001", "alarm information"),
  alarm("xxx", "information about an alarm"),
);

const position = (sub: string, name: string): Dpt =>
  recordType(
    `240.${sub}`,
    name,
    [part("height", PERCENT), part("slats", PERCENT), reserved(6), valid("slats"), valid("height")],
    { json: '{"height":78.4,"slats":null}', example: "c8 00 01" },
  );

export const DPT_240: MainType = alone(
  240,
  position("800", "combined position"),
  position("xxx", "two positions"),
);

const sunblind = (sub: string, name: string): Dpt =>
  recordType(
    `241.${sub}`,
    name,
    [
      part("height", PERCENT),
      part("slats", PERCENT),
      valid("slats"),
      valid("height"),
      reserved(3),
      ...flags("failure", "local_override", "locked", "forced", "alarm"),
      ...flags("slats_unreachable", "height_unreachable", "target_reached"),
      ...flags("lower_preset", "lower_end", "upper_end"),
    ],
    { json: '{"height":78.4,"slats":null,"target_reached":true,…}', example: "c8 00 40 08" },
  );

export const DPT_241: MainType = alone(
  241,
  sunblind("800", "status of a sunblind actuator"),
  sunblind("xxx", "status of 32 bits"),
);

const location = (sub: string, name: string): Dpt =>
  recordType(
    `255.${sub}`,
    name,
    [part("longitude", float32("°")), part("latitude", float32("°"))],
    { json: '{"longitude":8.55,"latitude":47.36}', example: "41 08 cc cd 42 3d 70 a4" },
  );

export const DPT_255: MainType = alone(
  255,
  location("001", "geographical location"),
  location("xxx", "two 4-octet floats"),
);

export const DPT_285: MainType = alone(
  285,
  ipv6("285.001", "IPv6 address"),
  ipv6("285.xxx", "16 octets"),
);
