import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  type Page,
  plain,
  serve,
  type WebLimits,
  type WebServer,
} from "../../../src/shell/web/server.ts";

const servers: WebServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const open = async (
  limits: Partial<WebLimits> = {},
  metrics: () => Promise<Page> = async () => plain(200, "m"),
) => {
  const failures: unknown[] = [];
  const server = await serve({
    host: "127.0.0.1",
    port: 0,
    pages: {
      "/": async () => plain(200, "index"),
      "/metrics": metrics,
      "/health": async () => plain(503, "ill"),
    },
    failed: (route, error) => failures.push([route, error]),
    broke: () => undefined,
    limits: { requests: 1_000, ...limits },
  });
  servers.push(server);
  return { server, failures, url: `http://127.0.0.1:${server.port}` };
};

/** Somebody who speaks as they like. */
const visitor = async ({ port }: WebServer, ...said: readonly string[]) => {
  const socket = connect({ port, host: "127.0.0.1" });
  sockets.push(socket);
  let heard = "";
  socket.on("data", (chunk) => {
    heard += chunk.toString();
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await once(socket, "connect");
  for (const text of said) socket.write(text);
  return { socket, heard: () => heard, closed };
};

const HEAD = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n";

describe("pages", () => {
  test("GET and HEAD, and nothing that a browser could make more of", async () => {
    const { url } = await open();
    const got = await fetch(`${url}/metrics`);
    expect([got.status, await got.text()]).toEqual([200, "m\n"]);
    expect(got.headers.get("x-content-type-options")).toBe("nosniff");
    expect(got.headers.get("access-control-allow-origin")).toBeNull();
    const head = await fetch(`${url}/health`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      503,
      "4",
      "",
    ]);
    const post = await fetch(`${url}/metrics`, { method: "POST", body: "x" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test("a page that throws is 500 without a word of it, and the next one is made again", async () => {
    let tries = 0;
    const { url, failures } = await open({}, async () => {
      tries += 1;
      if (tries === 1) throw new Error("secret");
      return plain(200, "better");
    });
    const first = await fetch(`${url}/metrics`);
    expect([first.status, await first.text()]).toEqual([
      500,
      expect.not.stringContaining("secret"),
    ]);
    expect(failures).toMatchObject([["/metrics", { message: "secret" }]]);
    expect(await (await fetch(`${url}/metrics`)).text()).toBe("better\n");
  });

  test("many who ask at once share one page", async () => {
    let made = 0;
    let finish: (page: Page) => void = () => undefined;
    const { url } = await open({}, () => {
      made += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    const all = Array.from({ length: 5 }, () => fetch(`${url}/metrics`));
    await fetch(`${url}/`);
    while (made === 0) await new Promise((resolve) => setImmediate(resolve));
    await fetch(`${url}/`);
    finish(plain(200, "one"));
    expect(await Promise.all(all.map(async (each) => (await each).text()))).toEqual(
      Array(5).fill("one\n"),
    );
    expect(made).toBe(1);
  });

  test("another Host than this machine's own", async () => {
    const { server } = await open();
    const { heard, closed } = await visitor(
      server,
      "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    );
    await closed;
    expect(heard()).toMatch(/^HTTP\/1\.1 421 /);
  });
});

describe("bounds", () => {
  test("so many a second", async () => {
    const { url } = await open({ requests: 3 });
    const asked = await Promise.all(Array.from({ length: 8 }, () => fetch(`${url}/metrics`)));
    const codes = asked.map(({ status }) => status);
    expect(codes.filter((code) => code === 429).length).toBeGreaterThan(0);
    expect(codes.filter((code) => code === 200).length).toBeGreaterThanOrEqual(3);
  });

  test("a head that never ends, and one that never begins", async () => {
    const { server, url } = await open({ patienceMs: 100 });
    const [slow, silent] = await Promise.all([visitor(server, HEAD), visitor(server)]);
    const drip = setInterval(() => slow.socket.write("X: 1\r\n"), 20);
    await Promise.all([slow.closed, silent.closed]);
    clearInterval(drip);
    expect(slow.heard()).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect((await fetch(`${url}/health`)).status).toBe(503);
  });

  test("a client that does not read its answer is cut off", async () => {
    const long = plain(200, "x".repeat(16 * 1024 * 1024));
    const { server, url } = await open({ patienceMs: 200 }, async () => long);
    const lazy = await visitor(server, `${HEAD}\r\n`);
    lazy.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 400));
    lazy.socket.resume();
    await lazy.closed;
    expect(lazy.heard().length).toBeLessThan(long.text.length);
    expect((await fetch(`${url}/health`)).status).toBe(503);
  });

  test("a head that is too long", async () => {
    const { server } = await open();
    const { heard, closed } = await visitor(server, `${HEAD}X: ${"y".repeat(20_000)}\r\n\r\n`);
    await closed;
    expect(heard()).toMatch(/^(HTTP\/1\.1 431 |$)/);
  });

  test("a body is not read", async () => {
    const { server } = await open();
    const { heard, closed } = await visitor(server, `${HEAD}Content-Length: 1000000000\r\n\r\nabc`);
    await closed;
    expect(heard()).toMatch(/^HTTP\/1\.1 413 [\s\S]*Connection: close/i);
  });

  test("connections too many are closed, and room is there again", async () => {
    const { server, url } = await open({ connections: 2 });
    const first = await Promise.all([visitor(server), visitor(server)]);
    const third = await visitor(server, `${HEAD}\r\n`);
    await third.closed;
    expect(third.heard()).toBe("");
    for (const one of first) one.socket.destroy();
    await Promise.all(first.map((one) => one.closed));
    await expect.poll(async () => (await fetch(url).catch(() => undefined))?.status).toBe(200);
  });

  test("closes with whoever is connected", async () => {
    const { server } = await open();
    const idle = await visitor(server);
    await server.close();
    await idle.closed;
  });
});

test("a port that somebody has", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { server } = await open();
  const options = { host: "127.0.0.1", port, failed: () => undefined, broke: () => undefined };
  const page = async () => plain(200, "");
  const pages = { "/": page, "/metrics": page, "/health": page };
  await expect(serve({ ...options, pages })).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(server.port).not.toBe(port);
  other.close();
});
