import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { listen } from "../listen.ts";
import { judge, type Route } from "./answer.ts";

export type Page = Readonly<{ status: number; type: string; text: string }>;

export type WebServer = Readonly<{
  /** Where it listens. */
  host: string;
  port: number;
  close(): Promise<void>;
}>;

export type ServerOptions = Readonly<{
  host: string;
  /** 0: a free one. */
  port: number;
  pages: Readonly<Record<Route, () => Promise<Page>>>;
  /** A page threw: a bug. Whoever asked gets 500. */
  failed(route: Route, error: unknown): void;
  /** It does not listen any more, by itself. */
  broke(error: unknown): void;
  limits?: Partial<WebLimits>;
}>;

/** What a client can take of us at most. */
export type WebLimits = Readonly<{
  connections: number;
  /** All clients together, a second. */
  requests: number;
  /** Until the head of a request is complete, and until an answer was taken. */
  patienceMs: number;
  /** Between two requests. */
  idleMs: number;
}>;

/** Pages for machines, to be read only. @throws when it cannot listen there */
export const serve = async (options: ServerOptions): Promise<WebServer> => {
  const { host, pages, failed, broke } = options;
  const limits = { ...LIMITS, ...options.limits };
  const mayAnswer = openPace(limits.requests);
  /** Whoever asks while a page is being made gets the same. */
  const making = new Map<Route, Promise<Page>>();
  const make = (route: Route): Promise<Page> => {
    const made =
      making.get(route) ??
      pages[route]()
        .catch((error: unknown): Page => {
          failed(route, error);
          return plain(500, "this failed; the log tells why");
        })
        .finally(() => making.delete(route));
    making.set(route, made);
    return made;
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = "", url = "", headers } = request;
    const hasBody =
      headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
    const late = setTimeout(() => request.socket.destroy(), limits.patienceMs);
    response.on("close", () => clearTimeout(late));
    const verdict = judge({ method, url, host: headers.host, hasBody }, host);
    if (!verdict.ok) {
      // What else it sends would be read for nothing.
      const closing = { ...verdict.headers, Connection: "close" };
      send(response, plain(verdict.status, verdict.message), method, closing);
    } else if (!mayAnswer())
      send(response, plain(429, `at most ${limits.requests} a second`), method, RETRY);
    else void make(verdict.route).then((page) => send(response, page, method));
  };

  const server = createServer(
    {
      maxHeaderSize: HEADER_OCTETS,
      headersTimeout: limits.patienceMs,
      requestTimeout: limits.patienceMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: Math.min(limits.patienceMs, CHECK_MS),
      joinDuplicateHeaders: false,
    },
    onRequest satisfies RequestListener,
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = REQUESTS_A_CONNECTION;
  const port = await listen(server, host, options.port);
  server.on("error", broke);
  return {
    host,
    port,
    close: () =>
      new Promise((resolve) => {
        server.off("error", broke);
        server.on("error", () => undefined);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** A page of words. */
export const plain = (status: number, text: string): Page => ({
  status,
  type: "text/plain; charset=utf-8",
  text: `${text}\n`,
});

const send = (
  response: ServerResponse,
  { status, type, text }: Page,
  method: string,
  more: Readonly<Record<string, string>> = {},
): void => {
  const octets = Buffer.from(text);
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": octets.length,
    ...HARDENED,
    ...more,
  });
  response.end(method === "HEAD" ? undefined : octets);
};

/** @returns whether one more is allowed now */
const openPace = (perSecond: number): (() => boolean) => {
  let since = Number.NEGATIVE_INFINITY;
  let count = 0;
  return () => {
    const now = performance.now();
    if (now - since >= 1_000) {
      since = now;
      count = 0;
    }
    count += 1;
    return count <= perSecond;
  };
};

/** One page takes about a millisecond on a large machine and ten on a small one: these are a tenth of its time. */
const LIMITS: WebLimits = { connections: 16, requests: 10, patienceMs: 10_000, idleMs: 65_000 };
const HEADER_OCTETS = 8 * 1024;
const REQUESTS_A_CONNECTION = 10_000;
const CHECK_MS = 5_000;
const RETRY = { "Retry-After": "1" };
/** A browser is to show text, and nothing else with it. */
const HARDENED = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
};
