import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Broker, startBroker } from "./broker.ts";
import type { Child } from "./child.ts";
import { type OpenHouse, openHouse } from "./house.ts";
import { fields, isWord, on } from "./installation.ts";
import { startKnxpi, startProgram } from "./knxpi.ts";
import { publish, subscribe } from "./mqtt-clients.ts";
import { describeWith } from "./peers.ts";
import { makeFolder } from "./workplace.ts";

describeWith(
  "mosquitto",
  "mosquitto_sub",
  "mosquitto_pub",
  "socat",
)("knxpi as a process", () => {
  let folder: string;
  let house: OpenHouse;
  let broker: Broker;
  let bridge: Child | undefined;
  beforeAll(async () => {
    folder = makeFolder();
    [house, broker] = await Promise.all([openHouse(folder), startBroker(folder)]);
  });

  afterEach(() => bridge?.stop());

  /** @returns when it is online on both sides */
  const start = async (version?: 4 | 5): Promise<Child> => {
    const messages = await subscribe(broker.port, "knx/bridge/+");
    const since = messages.now();
    const options = { port: house.pty.path, broker: broker.url };
    bridge = startKnxpi(folder, version === undefined ? options : { ...options, version });
    // Retained words of the one before do not count.
    const fresh = { since, ms: 15_000 };
    await messages.until(
      "online",
      (message) => isWord("bus", "online")(message) && !message.retained,
      fresh,
    );
    return bridge;
  };

  test("SIGTERM: it says goodbye and ends with 0 within two seconds", async () => {
    const running = await start();
    running.kill("SIGTERM");
    expect(await running.ended(2_000)).toBe(0);
    const afterwards = await subscribe(broker.port, "knx/bridge/state");
    const kept = await afterwards.until("offline", isWord("state", "offline"));
    expect(kept.retained).toBe(true);
  });

  test("SIGKILL: the broker publishes its will", async () => {
    const running = await start();
    const messages = await subscribe(broker.port, "knx/bridge/state");
    const since = messages.now();
    running.kill("SIGKILL");
    expect(await running.ended()).toBe("SIGKILL");
    await messages.until("offline", isWord("state", "offline"), { since });
    const afterwards = await subscribe(broker.port, "knx/bridge/state");
    const kept = await afterwards.until("offline", isWord("state", "offline"));
    expect(kept.retained).toBe(true);
  });

  test.each([
    { version: 5, protocol: "p5" },
    { version: 4, protocol: "p2" },
  ] as const)("mqtt.version $version: a command and its result", async ({ version, protocol }) => {
    const since = broker.log.now();
    await start(version);
    await broker.log.until(
      `a client with protocol ${protocol}`,
      (line) => line.includes(` as knx-interop (${protocol},`),
      { since },
    );
    const messages = await subscribe(broker.port, "knx/#");
    const id = `version-${version}`;
    await publish(broker.port, "knx/ga/1/1/10/set", `{"value":"on","id":"${id}"}`);
    const result = await messages.until("its result", on("1/1/10", "result", { id }));
    expect(fields(result)).toMatchObject({ status: "ok", stage: "confirmed" });
  });

  test("MQTT 5: the result goes to the response topic", async () => {
    await start(5);
    const answers = await subscribe(broker.port, "answers/#");
    await publish(broker.port, "knx/ga/1/1/10/set", "on", [
      ...["-V", "5"],
      ...["-D", "publish", "response-topic", "answers/here"],
      ...["-D", "publish", "correlation-data", "4711"],
    ]);
    const answer = await answers.until("the answer", ({ topic }) => topic === "answers/here");
    expect(fields(answer)).toMatchObject({ status: "ok", stage: "confirmed" });
  });
});

describe("a configuration that cannot work", () => {
  const lines = [
    "version: 1",
    "instance: house",
    "knx: {port: auto, adress: 1.1.250}",
    "objects:",
    "  - {ga: 1/9/3, dpt: '1.001'}",
    "  - {ga: 1/1/3, dpt: '9.1'}",
    "",
  ];
  const wrong = (): string => {
    const file = join(makeFolder(), "wrong.yaml");
    writeFileSync(file, lines.join("\n"));
    return file;
  };

  test("knxpi check names every error with its place and ends with 1", async () => {
    const file = wrong();
    const check = startProgram("check", file);
    expect(await check.ended()).toBe(1);
    const said = check.output.all().join("\n");
    for (const finding of [
      /wrong\.yaml:3:\d+.*address/,
      /wrong\.yaml:5:\d+.*1\/9\/3/,
      /wrong\.yaml:6:\d+.*9\.001/,
    ])
      expect(said).toMatch(finding);
  });

  test("knxpi run ends with 1 and says the same", async () => {
    const file = wrong();
    const [check, run] = [startProgram("check", file), startProgram("run", "--config", file)];
    expect([await check.ended(), await run.ended()]).toEqual([1, 1]);
    const said = run.output.all();
    expect(said.length).toBeGreaterThanOrEqual(3);
    for (const line of said) expect(check.output.all()).toContain(line);
  });
});
