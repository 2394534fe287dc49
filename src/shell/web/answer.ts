import { BlockList, isIP } from "node:net";

/** A request, as far as it matters here. */
export type Request = Readonly<{
  method: string;
  /** As it stands in the request line. */
  url: string;
  /** Header `Host`; absent with HTTP/1.0. */
  host: string | undefined;
  /** It comes with a body, or may. */
  hasBody: boolean;
}>;

export type Route = "/" | "/metrics" | "/health";

/** What becomes of a request: a route, or a refusal. */
export type Verdict = Readonly<
  | { ok: true; route: Route }
  | { ok: false; status: number; message: string; headers?: Readonly<Record<string, string>> }
>;

/** @param listen address on which the server listens */
export const judge = ({ method, url, host, hasBody }: Request, listen: string): Verdict => {
  if (isLoopback(listen) && host !== undefined && !isLoopback(hostOf(host)))
    return refuse(421, `this is 127.0.0.1 or localhost, not ${shown(host)}`);
  if (method !== "GET" && method !== "HEAD")
    return { ...refuse(405, "only GET and HEAD"), headers: { Allow: "GET, HEAD" } };
  if (hasBody) return refuse(413, "no body is taken here");
  const [path = ""] = url.split("?", 1);
  const route = ROUTES.find((one) => one === path);
  return route === undefined ? refuse(404, `there are ${ROUTES.join(", ")}`) : { ok: true, route };
};

/** A name that a page of somebody else can make lead here is none of these. */
export const isLoopback = (host: string): boolean => {
  if (host.toLowerCase() === "localhost") return true;
  const family = isIP(host);
  return family !== 0 && LOOPBACK.check(host, family === 4 ? "ipv4" : "ipv6");
};

/** `127.0.0.1:80` → `127.0.0.1`, `[::1]:80` → `::1` */
const hostOf = (header: string): string => {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header) ?? [];
  return bracketed ?? plain ?? "";
};

const refuse = (status: number, message: string) => ({ ok: false as const, status, message });

const shown = (text: string): string => JSON.stringify(text.slice(0, 64));

const ROUTES: readonly Route[] = ["/", "/metrics", "/health"];
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");
