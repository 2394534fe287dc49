import { numberIn, type Root, word } from "./root.ts";

export type PowerFacts = Readonly<{
  /** Bits of the firmware: 0–3 now, 16–19 since the start. */
  throttled: number | null;
  /** The sensor for the supply says that it is too low. */
  alarm: boolean | null;
  tempC: number | null;
}>;

export const readPower = (root: Root): PowerFacts => {
  const temperature = numberIn(root, "/sys/class/thermal/thermal_zone0/temp");
  const sensor = root
    .list("/sys/class/hwmon")
    .map((name) => `/sys/class/hwmon/${name}`)
    .find((folder) => word(root, `${folder}/name`) === "rpi_volt");
  const alarm = sensor === undefined ? null : numberIn(root, `${sensor}/in0_lcrit_alarm`);
  return {
    throttled: throttledIn(
      word(root, "/sys/devices/platform/soc/soc:firmware/get_throttled") ??
        word(root, "/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"),
    ),
    alarm: alarm === null ? null : alarm === 1,
    tempC: temperature === null ? null : Math.round(temperature / 100) / 10,
  };
};

/** `50005`, or what `vcgencmd get_throttled` prints: `throttled=0x50005`. */
export const throttledIn = (text: string | null): number | null => {
  const [, digits] = /^(?:throttled=)?(?:0x)?([0-9a-f]+)$/i.exec(text ?? "") ?? [];
  return digits === undefined ? null : Number.parseInt(digits, 16);
};
