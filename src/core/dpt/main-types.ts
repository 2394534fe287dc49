import { DPT_1 } from "./dpt-1.ts";
import { DPT_2 } from "./dpt-2.ts";
import { DPT_3 } from "./dpt-3.ts";
import { DPT_9 } from "./dpt-9.ts";
import { DPT_10 } from "./dpt-10.ts";
import { DPT_11 } from "./dpt-11.ts";
import { DPT_14 } from "./dpt-14.ts";
import { DPT_19 } from "./dpt-19.ts";
import { DPT_20, DPT_23 } from "./dpt-20.ts";
import { DPT_29 } from "./dpt-29.ts";
import { DPT_21, DPT_22, DPT_25, DPT_27, DPT_30 } from "./dpt-bit-sets.ts";
import {
  DPT_232,
  DPT_242,
  DPT_243,
  DPT_249,
  DPT_250,
  DPT_251,
  DPT_252,
  DPT_253,
  DPT_254,
} from "./dpt-colours.ts";
import { DPT_206, DPT_222, DPT_275 } from "./dpt-hvac.ts";
import { DPT_5, DPT_6, DPT_7, DPT_8, DPT_12, DPT_13 } from "./dpt-integers.ts";
import {
  DPT_207,
  DPT_225,
  DPT_236,
  DPT_237,
  DPT_238,
  DPT_239,
  DPT_244,
  DPT_245,
  DPT_246,
} from "./dpt-lighting.ts";
import { DPT_229, DPT_230, DPT_235 } from "./dpt-metering.ts";
import { DPT_17, DPT_18, DPT_26 } from "./dpt-scenes.ts";
import { DPT_15, DPT_217, DPT_219, DPT_240, DPT_241, DPT_255, DPT_285 } from "./dpt-structures.ts";
import { DPT_4, DPT_16, DPT_24, DPT_28, DPT_231, DPT_234 } from "./dpt-texts.ts";
import type { MainType } from "./main-type.ts";

/** Every main type there is, in the order of the standard. A new one is a line here. `datapoint-types.md` §10.3. */
// biome-ignore format: by tens
export const MAIN_TYPES: readonly MainType[] = [
  DPT_1, DPT_2, DPT_3, DPT_4, DPT_5, DPT_6, DPT_7, DPT_8, DPT_9,
  DPT_10, DPT_11, DPT_12, DPT_13, DPT_14, DPT_15, DPT_16, DPT_17, DPT_18, DPT_19,
  DPT_20, DPT_21, DPT_22, DPT_23, DPT_24, DPT_25, DPT_26, DPT_27, DPT_28, DPT_29,
  DPT_30,
  DPT_206, DPT_207, DPT_217, DPT_219,
  DPT_222, DPT_225, DPT_229,
  DPT_230, DPT_231, DPT_232, DPT_234, DPT_235, DPT_236, DPT_237, DPT_238, DPT_239,
  DPT_240, DPT_241, DPT_242, DPT_243, DPT_244, DPT_245, DPT_246, DPT_249,
  DPT_250, DPT_251, DPT_252, DPT_253, DPT_254, DPT_255,
  DPT_275, DPT_285,
];
