import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { COUNTERS } from "../../../src/core/counter.ts";
import { DROP_REASONS } from "../../../src/core/drop.ts";
import { toHex } from "../../../src/core/octets.ts";
import { openShell, type Shell } from "../../../src/shell/shell.ts";
import { openWebPart } from "../../../src/shell/web/part.ts";
import { type House, startHouse } from "../../../src/sim/house.ts";
import type { SeenFrame } from "../../../src/sim/line.ts";
import { collectLog, type Line } from "../collect.ts";
import { type ReadFamily, readExposition } from "./exposition-reader.ts";

/** The shell on a simulated house in real time, and whoever watches it over HTTP. */
let house: House;
let shell: Shell;
let url: string;

const ABOUT = { version: "1.2.3", instance: "test" };

beforeAll(async () => {
  const { log, lines } = collectLog();
  house = startHouse();
  const file = {
    instance: "test",
    knx: { port: house.path, address: "1.1.250", chip: "auto", bus: { grace: 0 } },
    objects: ["1/1/10", "1/4/10"].map((ga) => ({ ga, dpt: "1.001" })),
  };
  const loaded = loadConfig(JSON.stringify(file), { path: "f", env: {}, readFile: () => "" });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack, port } = loaded.config;
  const web = openWebPart({ host: "127.0.0.1", port: 0 }, ABOUT, undefined, log);
  house.ports.unplug(house.path);
  shell = openShell({
    config: stack,
    about: ABOUT,
    serial: { ...port, binding: house.binding },
    log,
    observers: [web.observer],
  });
  shell.supervise(web.child(shell.look));
  const { port: listening } = await lines.until((line: Line) => line.msg.startsWith("HTTP:"));
  url = `http://127.0.0.1:${listening}`;
});

afterAll(async () => {
  await shell.stop();
  house.stop();
});

/** As often as the server allows. */
const get = async (path: string): Promise<Response> => {
  for (;;) {
    const response = await fetch(`${url}${path}`);
    if (response.status !== 429) return response;
    await pause(100);
  }
};

const scrape = async (): Promise<ReadonlyMap<string, ReadFamily>> => {
  const response = await get("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return readExposition(await response.text());
};

/** Of the only series, or of the one with this label. */
const valueIn = (
  families: ReadonlyMap<string, ReadFamily>,
  metric: string,
  label?: string,
): number | undefined =>
  families
    .get(metric)
    ?.samples.find(({ labels }) => label === undefined || Object.values(labels).includes(label))
    ?.value;

type HealthPage = Readonly<{
  problems: readonly string[];
  started: string;
  rx: Readonly<{ telegrams: number }>;
  tx: Readonly<{ confirmed: number }>;
  counters: Readonly<Record<string, number>>;
}>;

const healthNow = async () => {
  const response = await get("/health");
  const page: HealthPage = JSON.parse(await response.text());
  return { status: response.status, page };
};

/** Of its status: 1.1.10 → 1/4/10, after the control octet. */
const LAMP = "11 0a 0c 0a";

/** Until a metric has this value. */
const until = async (name: string, label: string | undefined, value: number): Promise<void> => {
  while (valueIn(await scrape(), name, label) !== value) await pause(100);
};

const ask = async (method: string, params: object): Promise<unknown> => {
  const session = shell.control.join(() => undefined);
  const result = await session.request(method, params);
  session.leave();
  return result;
};

describe("before the port is there", () => {
  test("every counter and every reason for a drop is there, at 0", async () => {
    const families = await scrape();
    for (const name of Object.keys(COUNTERS)) {
      const metric = `knxpi_${name.replace(/[.-]/g, "_")}_total`;
      expect([name, valueIn(families, metric)]).toEqual([name, 0]);
    }
    const drops = families.get("knxpi_drops_total")?.samples ?? [];
    expect(drops.map(({ labels }) => labels["reason"])).toEqual(Object.keys(DROP_REASONS));
    expect(valueIn(families, "knxpi_bus_up")).toBe(0);
    expect(valueIn(families, "knxpi_healthy")).toBe(0);
    expect(valueIn(families, "knxpi_acknowledge_seconds")).toBe(0);
    expect(families.get("knxpi_bus_silent_seconds")).toBeUndefined();
    expect(valueIn(families, "knxpi_build_info", "1.2.3")).toBe(1);
  });

  test("health is 503 and says why, and what runs", async () => {
    const { status, page } = await healthNow();
    expect(status).toBe(503);
    expect(page).toMatchObject({
      ok: false,
      problems: ["bus_offline"],
      version: "1.2.3",
      bus: { load_60s: 0 },
      children: expect.arrayContaining([
        { name: "serial", state: "waiting", since: expect.any(String), restarts: 0 },
        { name: "web", state: "up", since: expect.any(String), restarts: 0 },
      ]),
    });
    expect(page.started).toMatch(/^20\d\d-/);
    expect(JSON.stringify(page)).not.toContain('problem":');
  });
});

describe("on the bus", () => {
  beforeAll(async () => {
    house.ports.plug(house.path);
    await until("knxpi_bus_state", "online", 1);
  });

  test("a telegram of ours and the answer of the lamp", async () => {
    const others: SeenFrame[] = [];
    const stop = house.line.onFrame((frame) => {
      if (!frame.from.includes("knxpi")) others.push(frame);
    });
    const before = await scrape();
    await ask("group.write", { address: "1/1/10", octets: "01", short: true });
    let after = before;
    const more = (name: string): number =>
      (valueIn(after, name) ?? Number.NaN) - (valueIn(before, name) ?? 0);
    // On a busy machine an acknowledge may miss its moment, and the lamp says it again; what was on the line tells.
    await vi.waitFor(async () => {
      after = await scrape();
      const answers = others.filter(({ octets }) => toHex(octets).startsWith(LAMP, 3));
      expect(answers.length).toBeGreaterThan(0);
      expect(more("knxpi_rx_telegrams_total")).toBe(others.length);
      expect(more("knxpi_rx_octets_total")).toBe(
        others.reduce((sum, { octets }) => sum + octets.length, 0),
      );
      expect(more("knxpi_ack_sent_total") + more("knxpi_ack_late_total")).toBe(answers.length);
    }, 4_000);
    stop();
    expect(more("knxpi_tx_sent_total")).toBe(1);
    expect(more("knxpi_tx_confirmed_total")).toBe(1);
    expect(more("knxpi_tx_no_ack_total")).toBe(0);
    expect(valueIn(after, "knxpi_child_restarts_total", "serial")).toBe(1);
    const acknowledges = after.get("knxpi_acknowledge_seconds")?.samples ?? [];
    expect(acknowledges.find(({ name }) => name.endsWith("_count"))?.value).toBe(
      valueIn(after, "knxpi_ack_sent_total"),
    );
    const sum = acknowledges.find(({ name }) => name.endsWith("_sum"))?.value ?? 0;
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(5);
  });

  test("the same figures in health, which is 200", async () => {
    // Of one moment, should the lamp still repeat itself.
    await vi.waitFor(async () => {
      const [{ status, page }, families] = [await healthNow(), await scrape()];
      expect(status).toBe(200);
      expect(page).toMatchObject({ ok: true, problems: [], bus: { state: "online" } });
      expect(page.rx.telegrams).toBe(valueIn(families, "knxpi_rx_telegrams_total"));
      expect(page.counters["ack.sent"]).toBe(valueIn(families, "knxpi_ack_sent_total"));
      expect(page.tx.confirmed).toBe(valueIn(families, "knxpi_tx_confirmed_total"));
    });
  });

  test("the port is pulled out: offline, 503", async () => {
    house.ports.unplug(house.path);
    await until("knxpi_bus_state", "no_port", 1);
    const { status, page } = await healthNow();
    expect([status, page.problems]).toEqual([503, ["bus_offline"]]);
    expect(valueIn(await scrape(), "knxpi_problem", "bus_offline")).toBe(1);
  });
});
