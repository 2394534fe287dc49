import type { Architecture } from "./architecture.ts";

export type Package = Readonly<{
  version: string;
  description: string;
  engines: Readonly<{ node: string }>;
}>;

/** The binding of the serial port needs these; the versions are those of its symbols. */
const LIBRARIES = ["libc6 (>= 2.28)", "libgcc-s1", "libstdc++6"];
/** Makes the user; without systemd one of the others does. */
const SYSUSERS = "systemd | systemd-standalone-sysusers | systemd-sysusers";
/** `/bin/kill`, with which systemd tells the service to read its configuration again. */
const PROCPS = "procps";
const REVISION = 1;

/** `1.0.0-rc.1` comes before `1.0.0`: to Debian that is `1.0.0~rc.1-1`. */
export const debianVersion = (version: string): string =>
  `${version.replace("-", "~").replaceAll("-", ".")}-${REVISION}`;

/**
 * What dpkg is told.
 * @param kilobytes what the files need once they are installed
 */
export const control = (
  from: Package,
  architecture: Architecture,
  maintainer: string,
  kilobytes: number,
): string =>
  `${[
    "Package: knxpi",
    `Version: ${debianVersion(from.version)}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${kilobytes}`,
    `Depends: ${[nodeNeeded(from.engines.node), ...LIBRARIES, PROCPS, SYSUSERS].join(", ")}`,
    "Suggests: gpiod, mosquitto-clients",
    "Section: net",
    "Priority: optional",
    `Description: KNX twisted-pair device and MQTT bridge`,
    " knxpi sits on a KNX line with a transceiver chip (TP-UART 2, NCN5120, NCN5121,",
    " NCN5130, E981.03) on a serial port. It acknowledges like any other device, maps",
    " group addresses to MQTT topics, and ETS programs it as a System B device.",
    " .",
    " Everything it runs on except Node is inside: nothing is compiled, and nothing",
    " is fetched when it is installed.",
  ].join("\n")}\n`;

/** `>=20.19` of package.json, the only form we use; anything else has to be looked at by somebody. */
const nodeNeeded = (range: string): string => {
  const version = /^>=\s*(\d+(\.\d+){0,2})$/.exec(range)?.[1];
  if (version === undefined)
    throw new Error(`engines.node is ${range}: control.ts knows only ">=x.y"`);
  return `nodejs (>= ${version})`;
};

/** @param at seconds since 1970 of the commit */
export const changelog = (from: Package, maintainer: string, at: number): string =>
  `knxpi (${debianVersion(from.version)}) stable; urgency=medium

  * Version ${from.version}. What changed is in the project's history.

 -- ${maintainer}  ${new Date(at * 1000).toUTCString().replace("GMT", "+0000")}
`;
