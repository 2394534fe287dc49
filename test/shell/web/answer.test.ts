import { describe, expect, test } from "vitest";
import { judge } from "../../../src/shell/web/answer.ts";

const REQUEST = { method: "GET", url: "/metrics", host: "127.0.0.1:13671", hasBody: false };

const status = (change: Partial<typeof REQUEST> & { host?: string }, listen = "127.0.0.1") => {
  const verdict = judge({ ...REQUEST, ...change }, listen);
  return verdict.ok ? verdict.route : verdict.status;
};

describe("what is answered", () => {
  // biome-ignore format: read by column
  test.each([
    ["GET",     "/",                    "/"],
    ["HEAD",    "/health",              "/health"],
    ["GET",     "/metrics?a=b",         "/metrics"],
    ["GET",     "/metrics/",            404],
    ["GET",     "/Metrics",             404],
    ["GET",     "//metrics",            404],
    ["GET",     "/health/../metrics",   404],
    ["GET",     "/%6detrics",           404],
    ["GET",     "/../../etc/passwd",    404],
    ["GET",     "http://127.0.0.1/metrics", 404],
    ["GET",     "*",                    404],
    ["GET",     "",                     404],
    ["GET",     "/favicon.ico",         404],
    ["POST",    "/metrics",             405],
    ["OPTIONS", "/metrics",             405],
    ["TRACE",   "/metrics",             405],
    ["get",     "/metrics",             405],
  ])("%s %s: %s", (method, url, expected) => {
    expect(status({ method, url })).toBe(expected);
  });

  test("no body", () => {
    expect(status({ hasBody: true })).toBe(413);
  });
});

describe("a name that somebody else makes lead to this machine is none of its own", () => {
  // biome-ignore format: read by column
  test.each([
    ["127.0.0.1",             true],
    ["127.0.0.1:13671",       true],
    ["127.9.8.7:80",          true],
    ["localhost:13671",       true],
    ["LOCALHOST",             true],
    ["[::1]:13671",           true],
    ["evil.example",          false],
    ["127.0.0.1.evil.example:13671", false],
    ["localhost.evil.example",false],
    ["localhost@evil.example",false],
    ["192.168.1.5:13671",     false],
    ["[::2]",                 false],
    ["::1",                   false],
    ["",                      false],
  ])("%s: %s", (host, isOwn) => {
    for (const listen of ["127.0.0.1", "localhost", "::1"])
      expect(status({ host }, listen)).toBe(isOwn ? "/metrics" : 421);
  });

  test("whoever says none is no browser; beyond this machine it may have any", () => {
    expect(judge({ ...REQUEST, host: undefined }, "127.0.0.1").ok).toBe(true);
    expect(status({ host: "pi.lan" }, "0.0.0.0")).toBe("/metrics");
  });
});
