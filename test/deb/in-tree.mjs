// Runs inside a clean tree, with nothing but the package: does what was installed work? Names of checks as arguments; one line for each that holds.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const HOME = "/usr/lib/knxpi";
const PORT = 2883;
const TTY = "/tmp/knx-tty";
/** Where the service has it, so that upgrades find a real one. */
const STATE = "/var/lib/knxpi";
/** An emulated processor takes its time. */
const PATIENCE_MS = 120_000;

const { connect } = createRequire(`${HOME}/package.json`)("mqtt");
const children = [];

const main = async () => {
  const checks = { modules, bridge };
  for (const name of process.argv.slice(2)) process.stdout.write(`${await checks[name]()}\n`);
};

/** Everything the program can load is there: nothing that is needed was left out of the package. */
const modules = async () => {
  const files = readdirSync(join(HOME, "dist"), { recursive: true })
    .filter((file) => file.endsWith(".js") && file !== "main.js")
    .sort();
  for (const file of files) await import(join(HOME, "dist", file));
  return `${files.length} modules load`;
};

/**
 * A simulated house with its broker, and the real bridge on a pseudo terminal of it: the serial port's binding for this processor,
 * a command from MQTT to a device and its answer.
 */
const bridge = async () => {
  const started = performance.now();
  mkdirSync(STATE, { recursive: true });
  start("demo", "--port", String(PORT), "--pty", TTY);
  const client = await connected();
  await said("knx/bridge/bus", /online/);
  client.publish("knx/ga/1/1/10/set", "on");
  await said("knx/ga/1/4/10/state", /"value":true/);

  start("run", "--config", configuration(), "--state", STATE);
  await said("pty/bridge/bus", /online/);
  client.publish("pty/ga/1/1/10/set", "off");
  await said("pty/ga/1/4/10/state", /"value":false/);
  await said("knx/ga/1/4/10/state", /"value":false/);

  const status = spawnSync("knxpi", ["status", "--instance", "pty"], { encoding: "utf8" });
  if (status.status !== 0) throw new Error(`knxpi status: ${status.status} ${status.stderr}`);
  client.end();
  const ends = await Promise.all(children.map(stopped));
  if (ends.some((code) => code !== 0)) throw new Error(`they ended with ${ends.join(", ")}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `demo, bridge on a pty, MQTT there and back, status, stop: ${seconds} s`;
};

const configuration = () => {
  const path = "/tmp/pty.yaml";
  const object = (ga, rest) =>
    `  - {ga: ${ga}, name: a${ga.replaceAll("/", "")}, dpt: "1.001"${rest}}`;
  writeFileSync(
    path,
    `version: 1
instance: pty
knx: {port: ${TTY}, chip: tpuart2, baud: 19200, address: 1.1.251}
mqtt: {url: "mqtt://127.0.0.1:${PORT}", base: pty}
objects:
${object("1/1/10", "")}
${object("1/4/10", ", writable: false")}
`,
  );
  return path;
};

const start = (...args) => {
  const child = spawn("knxpi", args, { stdio: ["ignore", "pipe", "pipe"] });
  const all = { child, output: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      all.output += text;
    });
  children.push(all);
};

const connected = async () => {
  const client = connect(`mqtt://127.0.0.1:${PORT}`, { reconnectPeriod: 200 });
  client.on("error", () => {});
  client.on("message", (topic, payload) => latest.set(topic, payload.toString()));
  await until(() => client.connected, "the broker of the demo answers");
  await client.subscribeAsync(["knx/#", "pty/#"]);
  return client;
};

const latest = new Map();

const said = (topic, what) =>
  until(() => what.test(latest.get(topic) ?? ""), `${topic} says ${what}`);

const until = async (holds, what) => {
  const end = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`);
    const gone = children.find(({ child }) => child.exitCode !== null);
    if (gone !== undefined) throw new Error(`ended with ${gone.child.exitCode}, before ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const stopped = async ({ child }) => {
  child.kill("SIGTERM");
  if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
  return child.exitCode;
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  for (const { child, output } of children) {
    process.stderr.write(`--- ${child.spawnargs.join(" ")}\n${output.slice(-4000)}\n`);
    child.kill("SIGKILL");
  }
  process.exit(1);
}
