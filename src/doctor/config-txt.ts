import type { Pi } from "./pi.ts";

/** What `config.txt` comes to on one model. */
export type BootConfig = Readonly<{
  /** Plain settings; the last one of a key wins. */
  settings: Readonly<Record<string, string>>;
  /** Overlays in their order. */
  overlays: readonly Overlay[];
  /** `dtparam=` outside of the parameters that an overlay has in its own line. */
  params: Readonly<Record<string, string>>;
  /** Lines that stand under a section which is not for this model. */
  elsewhere: readonly Line[];
  /** Lines under a section that only the moment of starting decides: a pin, a monitor. They are not counted. */
  undecided: readonly Line[];
}>;

export type Overlay = Readonly<{ name: string; params: Readonly<Record<string, string>> }>;

export type Line = Readonly<{
  /** `config.txt:12` */
  place: string;
  text: string;
  /** `[pi4]` */
  section: string;
}>;

export type BootConfigOptions = Readonly<{
  pi: Pi | null;
  /** `/proc/cpuinfo`, for sections with a serial number. */
  serial: string | null;
  /** The text of a file that is included; from the same folder. */
  include(name: string): string | null;
}>;

/**
 * `config.txt` as the firmware reads it: sections of one kind replace each other, those of different kinds add up, `[all]` ends
 * them all; lines longer than 98 characters are cut; `include` puts another file in its place.
 */
export const readBootConfig = (text: string, options: BootConfigOptions): BootConfig => {
  const settings: Record<string, string> = {};
  const params: Record<string, string> = {};
  const overlays: Overlay[] = [];
  const elsewhere: Line[] = [];
  const undecided: Line[] = [];
  let filters: ReadonlyMap<FilterKind, Filter> = new Map();

  const take = (line: string): void => {
    const equals = line.indexOf("=");
    if (equals < 0) return;
    const key = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trim();
    if (key === "dtoverlay") {
      const [name = "", ...rest] = value.split(",");
      // `dtoverlay=` alone ends the parameters of the overlay before it.
      if (name !== "") overlays.push({ name: CURRENT_NAMES[name] ?? name, params: pairs(rest) });
    } else if (key === "dtparam") Object.assign(params, pairs(value.split(",")));
    else settings[key] = value;
  };

  const readFile = (file: string, content: string, depth: number): void => {
    for (const [index, raw] of content.split("\n").entries()) {
      const line = raw.slice(0, MAX_LINE).trim();
      if (line === "" || line.startsWith("#")) continue;
      const section = /^\[(.*)\]$/.exec(line)?.[1];
      if (section !== undefined) {
        filters = enter(filters, section, options);
        continue;
      }
      const state = holds(filters);
      const included = /^include\s+(\S+)/.exec(line)?.[1];
      if (included !== undefined) {
        const other = state === "yes" && depth < MAX_DEPTH ? options.include(included) : null;
        if (other !== null) readFile(included, other, depth + 1);
      } else if (state === "yes") take(line);
      else {
        const place = `${file}:${index + 1}`;
        const text = [...filters.values()].map(({ name }) => `[${name}]`).join(" ");
        (state === "no" ? elsewhere : undecided).push({ place, text: line, section: text });
      }
    }
  };

  readFile("config.txt", text, 0);
  return { settings, overlays, params, elsewhere, undecided };
};

/** Is a parameter on: `uart0`, `uart0=on`. */
export const isOn = (value: string | undefined): boolean =>
  value !== undefined && /^(on|1|true|yes|okay|)$/i.test(value);

type FilterKind = "model" | "serial" | "pin" | "monitor" | "boot" | "other";
type Filter = Readonly<{ name: string; holds: "yes" | "no" | "unknown" }>;

const enter = (
  filters: ReadonlyMap<FilterKind, Filter>,
  name: string,
  { pi, serial }: BootConfigOptions,
): ReadonlyMap<FilterKind, Filter> => {
  const key = name.toLowerCase();
  if (key === "all") return new Map();
  // Says which monitor the settings of monitors after it are for, and leaves all others alone.
  if (/^hdmi:\d$/.test(key)) return filters;
  const set = (kind: FilterKind, holds: Filter["holds"]) =>
    new Map([...filters, [kind, { name, holds }]]);
  const yesOrNo = (yes: boolean): "yes" | "no" => (yes ? "yes" : "no");
  if (key === "none") return set("model", "no");
  if (/^(pi|cm)\d/.test(key))
    return set("model", pi === null ? "unknown" : yesOrNo(pi.filters.includes(key)));
  const [, type] = /^board-type=(0x[0-9a-f]+|\d+)$/.exec(key) ?? [];
  if (type !== undefined)
    return set("model", pi?.type == null ? "unknown" : yesOrNo(pi.type === Number(type)));
  const [, number] = /^0x([0-9a-f]+)$/.exec(key) ?? [];
  if (number !== undefined)
    return set(
      "serial",
      serial === null ? "unknown" : yesOrNo(plainHex(serial) === plainHex(number)),
    );
  if (key === "tryboot") return set("boot", "no");
  if (/^gpio\d+=/.test(key)) return set("pin", "unknown");
  if (key.startsWith("edid=")) return set("monitor", "unknown");
  return set("other", "unknown");
};

const holds = (filters: ReadonlyMap<FilterKind, Filter>): Filter["holds"] => {
  const states = [...filters.values()].map((filter) => filter.holds);
  return states.includes("no") ? "no" : states.includes("unknown") ? "unknown" : "yes";
};

/** The firmware compares the 8 digits at the end. */
const plainHex = (digits: string): string => digits.toLowerCase().slice(-8).replace(/^0+/, "");

/** `a=b`, or `a` alone. */
const pairs = (parts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    parts
      .filter((part) => part.trim() !== "")
      .map((part) => {
        const [key = "", ...value] = part.split("=");
        return [key.trim(), value.join("=").trim()];
      }),
  );

/** Overlays whose name was changed; the old ones still work. */
const CURRENT_NAMES: Readonly<Record<string, string>> = {
  "pi3-disable-bt": "disable-bt",
  "pi3-miniuart-bt": "miniuart-bt",
};

const MAX_LINE = 98;
const MAX_DEPTH = 8;
