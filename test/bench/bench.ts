import { ack } from "./ack.ts";
import { connections } from "./connections.ts";
import { core } from "./core.ts";
import { download } from "./download.ts";
import { driverMissing, startDriver } from "./driver.ts";
import { mqtt } from "./mqtt.ts";
import { processWhole } from "./process.ts";
import { openBench, programMissing } from "./programs.ts";
import { project } from "./project.ts";
import { publish } from "./publish.ts";
import { recorder } from "./recorder.ts";
import { print, type Report, type Skipped } from "./report.ts";

/*
 * npm run bench [-- core|recorder|connections|download|project|mqtt|ack|publish|process …] [--json]
 * Numbers beside each other from one run; nothing here fails because a machine is slow.
 */

const SECTIONS = {
  core: async () => core(),
  recorder: () => recorder(),
  connections: async () => connections(),
  download: async () => download(),
  project: async () => project(),
  mqtt: () => withPrograms("mqtt", ["mosquitto"], mqtt),
  ack: () => onPty("ack", ["knxd", "mosquitto"], ack),
  publish: () => onPty("publish", ["knxd", "mosquitto"], publish),
  process: () => onPty("process", ["mosquitto"], processWhole),
} as const satisfies Record<string, () => Promise<Report | Skipped>>;

const withPrograms = async (
  section: string,
  programs: readonly string[],
  measure: typeof mqtt,
): Promise<Report | Skipped> => {
  const missing = process.platform === "linux" ? programMissing(...programs) : "needs Linux";
  if (missing !== undefined) return { section, skipped: missing };
  const bench = openBench();
  try {
    return await measure(bench);
  } finally {
    await bench.close();
  }
};

const onPty = async (
  section: string,
  programs: readonly string[],
  measure: typeof ack,
): Promise<Report | Skipped> => {
  const missing = driverMissing() ?? programMissing(...programs);
  if (missing !== undefined) return { section, skipped: missing };
  const bench = openBench();
  const driver = startDriver();
  try {
    return await measure(bench, driver);
  } finally {
    await bench.close();
    driver.close();
  }
};

const isSection = (word: string): word is keyof typeof SECTIONS => Object.hasOwn(SECTIONS, word);

const words = process.argv.slice(2);
const json = words.includes("--json");
const wanted = words.filter((word) => word !== "--json");
const unknown = wanted.filter((word) => !isSection(word));
if (unknown.length > 0) {
  console.error(
    `no such section: ${unknown.join(" ")}; there are ${Object.keys(SECTIONS).join(", ")}`,
  );
  process.exit(2);
}
const reports: (Report | Skipped)[] = [];
for (const section of Object.keys(SECTIONS).filter(isSection)) {
  if (wanted.length > 0 && !wanted.includes(section)) continue;
  const report = await SECTIONS[section]();
  reports.push(report);
  if (!json) print(report);
}
if (json) console.log(JSON.stringify(reports, null, 2));
