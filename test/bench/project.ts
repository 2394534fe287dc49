import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, megabytes, thousands } from "./figures.ts";
import { projectFile, type Size } from "./project-file.ts";
import type { Report } from "./report.ts";

/** Projects of ETS, read by the built program from start to end. */
export const project = (): Report => {
  const directory = mkdtempSync(join(tmpdir(), "knxpi-bench-"));
  try {
    const found = SIZES.flatMap((size) => measure(directory, size));
    const big = found.filter(({ addresses }) => addresses === AIM.addresses);
    const slowest = Math.max(...big.map(({ ms }) => ms));
    const largest = Math.max(...big.map(({ octets }) => octets));
    return {
      section: "project",
      how:
        "knxpi project import of a .knxproj as ETS 6 makes it, from the start of the process to its end. Half of the addresses get their\n" +
        "type from linked objects, so every application program is read. print: --json; first: into a configuration without objects;\n" +
        `again: into the same one, which has them all. Median of ${RUNS} runs; memory: the most that the process ever had.`,
      columns: ["addresses, devices, programs", "packed", "XML read", "what", "time", "memory"],
      rows: found.map((one) => [
        `${thousands(one.addresses)}, ${one.devices}, ${one.kinds}`,
        megabytes(one.packed),
        megabytes(one.unpacked),
        one.what,
        `${(one.ms / 1000).toFixed(2)} s`,
        megabytes(one.octets),
      ]),
      aims: [
        {
          aim: `${thousands(AIM.addresses)} addresses in at most 3 s`,
          found: `${(slowest / 1000).toFixed(2)} s at worst`,
          met: slowest <= AIM.ms,
        },
        {
          aim: "and at most 150 MB",
          found: `${megabytes(largest)} at worst`,
          met: largest <= AIM.octets,
        },
      ],
      figures: { found },
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const SIZES: readonly Size[] = [
  { addresses: 500, devices: 60, kinds: 8 },
  { addresses: 5_000, devices: 400, kinds: 20 },
];
const AIM = { addresses: 5_000, ms: 3_000, octets: 150e6 };
const RUNS = 3;

const measure = (directory: string, size: Size) => {
  const { octets: packed, unpacked } = projectFile(size);
  const file = join(directory, "house.knxproj");
  const config = join(directory, "house.yaml");
  writeFileSync(file, packed);
  const into = ["import", file, "--config", config];
  return [
    { what: "print", parameters: ["import", file, "--json"], fresh: false },
    { what: "first", parameters: into, fresh: true },
    { what: "again", parameters: into, fresh: false },
  ].map(({ what, parameters, fresh }) => {
    const runs = Array.from({ length: RUNS }, () => {
      if (fresh) writeFileSync(config, "knx: {address: 1.1.250}\n");
      return run(["project", ...parameters]);
    });
    return {
      ...size,
      ...{ what, packed: packed.length, unpacked },
      ms: median(runs.map(({ ms }) => ms)),
      octets: Math.max(...runs.map(({ octets }) => octets)),
    };
  });
};

const run = (parameters: readonly string[]) => {
  const started = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [`--import=${TELLS}`, KNXPI, ...parameters],
    {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const ms = performance.now() - started;
  const [, kilobytes] = /^maxRSS (\d+)$/m.exec(stderr) ?? [];
  if (status !== 0 || kilobytes === undefined) throw new Error(`knxpi project: ${stderr}`);
  return { ms, octets: Number(kilobytes) * 1024 };
};

/** The process says itself what it had: nobody else knows after its end. */
const TELLS = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => process._rawDebug("maxRSS " + process.resourceUsage().maxRSS));',
)}`;
const KNXPI = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
