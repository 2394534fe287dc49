import type { Priority } from "../../impulse.ts";

/*
 * How an application is declared. The device that runs and the product data for ETS are both made from it, so that they cannot
 * disagree.
 */

export type Declaration = Readonly<{
  identity: Identity;
  /** By the name that the program uses. */
  objects: Readonly<Record<string, ObjectDeclaration>>;
  parameters: Readonly<Record<string, ParameterDeclaration>>;
  /** Names of the timers that the program starts. */
  timers: readonly string[];
  /** Digital inputs and outputs of the machine, by name; the configuration gives them their pins in this order. */
  inputs: readonly string[];
  outputs: readonly string[];
  /** How ETS shows the parameters: one page each, in this order; what belongs together in rows. */
  pages: readonly Page[];
}>;

export type Identity = Readonly<{
  /** Manufacturer of the KNX Association for devices that are made at home: 00FA. */
  manufacturer: number;
  /** 16 bits. */
  application: number;
  /** 8 bits: 4 bits major, 4 bits minor; `1.2` is 12h. */
  version: number;
  name: string;
  /** Letters and digits only: it becomes a part of ids. */
  orderNumber: string;
}>;

export type Page = Readonly<{
  text: string;
  parameters: readonly string[];
  objects: readonly string[];
}>;

export type ObjectDeclaration = Readonly<{
  /** ASAP, from 1. */
  number: number;
  /** What ETS shows: name of the object, and what it does. */
  name: string;
  function: string;
  /** `9.001`; or chosen by a parameter. */
  dpt: string | DptChoice;
  /** The letters that are set: C R W T U I. */
  flags: string;
  priority?: Exclude<Priority, "system">;
}>;

/** The object has the datapoint type that belongs to the value of a parameter, and is hidden where there is none. */
export type DptChoice = Readonly<{ parameter: string; dpts: Readonly<Record<string, string>> }>;

export type ParameterDeclaration = Readonly<{ text: string; unit?: string }> &
  (NumberParameter | ChoiceParameter | TextParameter | FloatParameter);

/** An integer of 1…32 bits, two's complement if it can be below 0. */
export type NumberParameter = Readonly<{
  type: "number";
  bits: number;
  min: number;
  max: number;
  default: number;
}>;

/** One of several, by the name that the program uses. */
export type ChoiceParameter = Readonly<{
  type: "choice";
  bits: number;
  choices: Readonly<Record<string, readonly [value: number, text: string]>>;
  default: string;
}>;

/** ISO 8859-15, filled up with zeros. */
export type TextParameter = Readonly<{ type: "text"; octets: number; default: string }>;

/** Two octets as datapoint type 9. */
export type FloatParameter = Readonly<{ type: "float"; min: number; max: number; default: number }>;

/**
 * What stands in PID_HARDWARE_TYPE of the device and is compared before a download: application number and version, so that ETS
 * does not load one application into the device of another. `device-model.md` §9
 * @returns 00 00, number (2), version, 00
 */
export const hardwareTypeOf = ({ identity }: Declaration): readonly number[] => [
  ...[0, 0, identity.application >> 8, identity.application & 0xff],
  ...[identity.version, 0],
];
