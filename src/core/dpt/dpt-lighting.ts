import { choice, words } from "./choice.ts";
import { scene } from "./dpt-scenes.ts";
import { flag } from "./flags.ts";
import type { Dpt, MainType } from "./main-type.ts";
import { PERCENT, unsigned } from "./quantity.ts";
import { type Part, part, recordType, reserved, valid } from "./record.ts";
import { alone } from "./scalar.ts";

/*
 * Main types 207, 225, 236, 237, 238, 239, 244, 245 and 246: lighting and DALI. `datapoint-types.md` §10.3; KNX 03.07.02
 * Datapoint Types §3.44, §3.49–3.51, §6.5–6.13. Fields stand from the MSB on.
 */

const flags = (...names: readonly string[]): readonly Part[] =>
  names.map((name) => part(name, flag()));

const status = (sub: string, name: string): Dpt =>
  recordType(
    `207.${sub}`,
    name,
    [
      part("value", PERCENT),
      ...flags(
        "failure",
        "local_override",
        "dimming",
        "staircase",
        "night_mode",
        "forced",
        "locked",
      ),
      valid("value"),
    ],
    { json: '{"value":78.4,"failure":false,…}', example: "c8 05" },
  );

export const DPT_207: MainType = alone(
  207,
  status("600", "status of a light actuator"),
  status("xxx", "8 bits and a set"),
);

const speed = (sub: string, name: string, time: Part, value: Part, json: string): Dpt =>
  recordType(`225.${sub}`, name, [time, value], { json, example: "00 1e 80" });

const time = (each: number) => part("time_ms", unsigned(16, { unit: "ms", step: [each, 1] }));
const PERCENT_PART = part("percent", PERCENT);
const SPEED = '{"time_ms":3000,"percent":50.2}';

export const DPT_225: MainType = {
  main: 225,
  subtypes: [
    speed("001", "scaling speed", time(100), PERCENT_PART, SPEED),
    speed("002", "scaling step time", time(1), PERCENT_PART, SPEED),
    speed(
      "003",
      "next tariff",
      part("delay_min", unsigned(16, { unit: "min" })),
      part("tariff", unsigned(8, { max: 254 })),
      '{"delay_min":30,"tariff":2}',
    ),
  ],
  other: speed(
    "xxx",
    "16 bits and 8 bits",
    part("first", unsigned(16)),
    part("second", unsigned(8)),
    '{"first":30,"second":128}',
  ),
};

const priority = (sub: string, name: string): Dpt =>
  recordType(
    `236.${sub}`,
    name,
    [part("deactivate", flag()), part("priority", unsigned(3)), part("mode", unsigned(4))],
    { json: '{"deactivate":false,"priority":3,"mode":5}', example: "35" },
  );

export const DPT_236: MainType = alone(
  236,
  priority("001", "prioritised mode control"),
  priority("xxx", "control by priority"),
);

const gear = (sub: string, name: string): Dpt =>
  recordType(
    `237.${sub}`,
    name,
    [
      reserved(5),
      ...flags("convertor_error", "ballast_failure", "lamp_failure", "read", "group_address"),
      part("address", unsigned(6)),
    ],
    { json: '{"lamp_failure":true,"address":5,…}', example: "01 05" },
  );

export const DPT_237: MainType = alone(
  237,
  gear("600", "diagnostics of a DALI control gear"),
  gear("xxx", "diagnostics of 16 bits"),
);

const diagnostics = (sub: string, name: string): Dpt =>
  recordType(
    `238.${sub}`,
    name,
    [...flags("ballast_failure", "lamp_failure"), part("address", unsigned(6))],
    { json: '{"ballast_failure":false,"lamp_failure":true,"address":5}', example: "45" },
  );

export const DPT_238: MainType = {
  main: 238,
  subtypes: [
    recordType(
      "238.001",
      "scene configuration",
      [part("storage", flag(false)), part("active", flag(false)), part("scene", scene())],
      {
        json: '{"scene":5,"active":true,"storage":false}',
        example: "84",
        order: ["scene", "active", "storage"],
      },
    ),
    diagnostics("600", "DALI diagnostics"),
  ],
  other: diagnostics("xxx", "diagnostics of 8 bits"),
};

const flagged = (sub: string, name: string): Dpt =>
  recordType(`239.${sub}`, name, [part("value", PERCENT), reserved(7), part("active", flag())], {
    json: '{"value":50.2,"active":true}',
    example: "80 01",
  });

export const DPT_239: MainType = alone(
  239,
  flagged("001", "percentage with activation"),
  flagged("xxx", "8 bits and a flag"),
);

const PENDING = words("unknown | no | yes");
const MODE = words(
  "unknown | normal | inhibit | hardwired inhibit | rest | emergency | extended emergency | function test | " +
    "duration test | partial duration test",
);
const RESULT = words("unknown | passed | passed late | failed | failed late | stopped");
const STARTED = words("unknown | automatically | by gateway");

const converter = (sub: string, name: string): Dpt =>
  recordType(
    `244.${sub}`,
    name,
    [
      part("mode", choice(4, MODE)),
      reserved(2),
      ...flags("hardwired_switch", "hardwired_inhibit"),
      part("function_test_pending", choice(2, PENDING)),
      part("duration_test_pending", choice(2, PENDING)),
      part("partial_duration_test_pending", choice(2, PENDING)),
      part("failure", choice(2, PENDING)),
    ],
    { json: '{"mode":"normal","failure":"no",…}', example: "10 55" },
  );

export const DPT_244: MainType = alone(
  244,
  converter("600", "converter status"),
  converter("xxx", "status of a converter"),
);

const test = (sub: string, name: string): Dpt =>
  recordType(
    `245.${sub}`,
    name,
    [
      part("function_test", choice(4, RESULT)),
      part("duration_test", choice(4, RESULT)),
      part("partial_duration_test", choice(4, RESULT)),
      reserved(4),
      part("function_test_started", choice(2, STARTED)),
      part("duration_test_started", choice(2, STARTED)),
      part("partial_duration_test_started", choice(2, STARTED)),
      reserved(2),
      part("discharge_min", unsigned(16, { unit: "min" })),
      // 254 is fully charged; 255 means that nobody knows.
      part("charge", unsigned(8, { none: 255, max: 254 })),
    ],
    {
      json: '{"function_test":"passed","discharge_min":180,"charge":254,…}',
      example: "13 10 54 00 b4 fe",
    },
  );

export const DPT_245: MainType = alone(
  245,
  test("600", "converter test result"),
  test("xxx", "test result of a converter"),
);

const battery = (sub: string, name: string): Dpt =>
  recordType(
    `246.${sub}`,
    name,
    [
      reserved(5),
      ...flags("fully_charged", "duration_failure", "failure"),
      part("charge", unsigned(8, { none: 255, max: 254 })),
    ],
    { json: '{"fully_charged":true,"charge":254,…}', example: "04 fe" },
  );

export const DPT_246: MainType = alone(
  246,
  battery("600", "battery information"),
  battery("xxx", "information about a battery"),
);
