import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { openStack } from "../../../src/core/stack/stack.ts";
import { openLoneSupervisor, type Supervisor } from "../../../src/shell/supervise/supervisor.ts";
import { openWebPart } from "../../../src/shell/web/part.ts";
import type { Look } from "../../../src/shell/web/view.ts";
import { testConfig } from "../../../src/testing/config.ts";
import { collectLog } from "../collect.ts";

const ABOUT = { version: "1.2.3", instance: "test" };

let supervisor: Supervisor | undefined;
afterEach(() => supervisor?.stop());

/** The part alone, over a stack that has done nothing. */
const start = (port: number, look: Partial<Look> = {}) => {
  const { log, lines } = collectLog();
  const web = openWebPart({ host: "127.0.0.1", port }, ABOUT, undefined, log);
  const own = openLoneSupervisor(log);
  supervisor = own;
  own.add(
    web.child(() => ({
      state: openStack(testConfig()),
      counters: {},
      inFlight: 0,
      children: own.children(),
      ...look,
    })),
  );
  const up = async () => {
    const { port: found } = await lines.until(({ msg }) => msg.startsWith("HTTP:"));
    return `http://127.0.0.1:${found}`;
  };
  return { own, lines, up };
};

describe("web as a part of the shell", () => {
  test("a port that somebody has: it fails alone, says what to do, and comes when the port is free", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { own, lines, up } = start(port);
    const told = await lines.until(({ level }) => level === 40);
    expect(told).toMatchObject({
      host: "127.0.0.1",
      port,
      msg: expect.stringContaining("http: false"),
    });
    expect(own.children()).toMatchObject([
      {
        name: "web",
        state: "waiting",
        problem: expect.stringContaining("somebody else has the port"),
      },
    ]);
    other.close();
    const url = await up();
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await (await fetch(url)).text()).toBe("knxpi 1.2.3\n/metrics\n/health\n");
    expect(lines.items.filter(({ level }) => level === 40)).toHaveLength(1);
  });

  test("a part that was given up makes health 503, and its problem stays here", async () => {
    const gone = { since: 1_700_000_000_000, forMs: 0, restarts: 5, problem: "mqtt://broker.lan" };
    const { up } = start(0, { children: [{ name: "mqtt", state: "failed", ...gone }] });
    const response = await fetch(`${await up()}/health`);
    const text = await response.text();
    expect(response.status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      problems: ["bus_offline", "child_failed"],
      mqtt: { connected: false, since: null },
      children: [{ name: "mqtt", state: "failed", since: "2023-11-14T22:13:20.000Z", restarts: 5 }],
    });
    expect(text).not.toContain("broker.lan");
  });

  test("a page that throws is a line in the log, and nothing else", async () => {
    const { log, lines } = collectLog();
    const web = openWebPart({ host: "127.0.0.1", port: 0 }, ABOUT, undefined, log);
    supervisor = openLoneSupervisor(log);
    supervisor.add(
      web.child(() => {
        throw new Error("torn");
      }),
    );
    const { port } = await lines.until(({ msg }) => msg.startsWith("HTTP:"));
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(500);
    expect(await lines.until(({ level }) => level === 50)).toMatchObject({
      route: "/health",
      err: { message: "torn" },
    });
    expect(supervisor.children()).toMatchObject([{ state: "up", restarts: 0 }]);
  });
});
