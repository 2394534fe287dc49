import { execFile } from "node:child_process";
import { readFile, statfs } from "node:fs/promises";
import { loadavg } from "node:os";
import type { HostFigures } from "../core/app-impulse.ts";

/**
 * What this machine tells about itself, without anybody waiting for it; whatever it does not tell is null.
 * @param directory where the state is kept
 * @param sources for tests
 */
export const measureHost = async (
  directory: string | undefined,
  sources: HostSources = HOST,
): Promise<HostFigures> => {
  const [temperature, bits, free] = await Promise.all([
    known(sources.temperature()),
    known(sources.throttled()),
    directory === undefined ? null : known(sources.free(directory)),
  ]);
  const throttled = bits === null ? null : throttledBits(bits);
  return {
    load1: Math.round(sources.load() * 100) / 100,
    tempC: temperature === null ? null : tenth(Number(temperature) / 1_000),
    throttled: throttled === null ? null : (throttled & THROTTLED_NOW) !== 0,
    undervoltage: throttled === null ? null : (throttled & UNDERVOLTAGE_NOW) !== 0,
    diskFreeMb: free === null ? null : Math.floor(free / 1e6),
  };
};

export type HostSources = Readonly<{
  /** Over the last minute. */
  load(): number;
  /** Thousandths of a degree. */
  temperature(): Promise<string>;
  /** `throttled=0x50005`, or the number alone. */
  throttled(): Promise<string>;
  /** Octets that we may still write. */
  free(directory: string): Promise<number>;
}>;

const HOST: HostSources = {
  load: () => loadavg()[0] ?? 0,
  temperature: () => readFile("/sys/class/thermal/thermal_zone0/temp", "utf8"),
  throttled: () =>
    readFile("/sys/devices/platform/soc/soc:firmware/get_throttled", "utf8").catch(askFirmware),
  free: async (directory) => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
};

/** On a Raspberry Pi whose kernel does not show it. */
const askFirmware = (): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(FIRMWARE_TOOL, ["get_throttled"], { timeout: TIMEOUT_MS }, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });

const known = async <T>(figure: Promise<T>): Promise<T | null> => {
  try {
    return await figure;
  } catch {
    return null;
  }
};

const throttledBits = (text: string): number | null => {
  const [digits] = /[0-9a-f]+\s*$/i.exec(text) ?? [];
  return digits === undefined ? null : Number.parseInt(digits, 16);
};

const tenth = (value: number): number => Math.round(value * 10) / 10;

/** Bit 0 of get_throttled; with it bits 1 to 3: frequency capped, throttled, temperature limit. */
const UNDERVOLTAGE_NOW = 0x1;
const THROTTLED_NOW = 0xf;
const TIMEOUT_MS = 1_500;
/** Comes with the operating system of a Raspberry Pi, and is nowhere else. */
const FIRMWARE_TOOL = "vcgencmd";
