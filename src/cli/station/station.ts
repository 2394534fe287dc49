import { JSONRPCErrorException } from "json-rpc-2.0";
import type { JsonValue } from "../../core/effect.ts";

/** Whoever does the work on the bus: a running knxpi, or the stack inside this process. */
export type Station = Readonly<{
  request(method: string, params?: Params, options?: RequestOptions): Promise<JsonValue>;
  /** What it says of its own accord. */
  listen(listener: (method: string, params: Params) => void): void;
  /** Why it ended by itself; stays open while it has not. */
  ended: Promise<string>;
  close(): Promise<void>;
}>;

export type Params = Readonly<Record<string, JsonValue>>;

export type RequestOptions = Readonly<{
  progress?: (done: number, total: number) => void;
  /** Cancels: the request fails once its connection is closed. */
  signal?: AbortSignal;
}>;

/** The way to a station: requests with a number, and notifications. */
export type Way = Readonly<{
  /** @returns rejected with a JSONRPCErrorException when the station refuses */
  call(id: number, method: string, params: Params): Promise<JsonValue>;
  /** What a request may have; a longer parameter goes in parts. Left out: anything. */
  most?: number;
  listen(listener: (method: string, params: Params) => void): void;
  ended: Promise<string>;
  close(): Promise<void>;
}>;

/** The same on every way: numbers, progress, cancelling. */
export const createStation = (way: Way): Station => {
  const progress = new Map<JsonValue, NonNullable<RequestOptions["progress"]>>();
  let lastId = 0;
  way.listen((method, { id, done, total }) => {
    if (method !== "progress" || typeof done !== "number" || typeof total !== "number") return;
    progress.get(id ?? null)?.(done, total);
  });

  const call = (method: string, params: Params, id = ++lastId): Promise<JsonValue> =>
    Promise.race([
      way.call(id, method, params),
      way.ended.then((why) => {
        throw new Error(why);
      }),
    ]);

  /** Parts are sent one after the other: the station says when there is room for the next. */
  const upload = async (params: Params, signal?: AbortSignal): Promise<Params> => {
    const { most = Number.POSITIVE_INFINITY } = way;
    const sizes = Object.entries(params).map(([name, value]) => ({
      name,
      text: JSON.stringify(value),
    }));
    const [largest] = sizes.toSorted((a, b) => b.text.length - a.text.length);
    const length = sizes.reduce((sum, { name, text }) => sum + name.length + text.length, 0);
    if (largest === undefined || length < most) return params;
    for (let at = 0; at < largest.text.length; at += most) {
      const part = largest.text.slice(at, at + most);
      await call("upload", { part, first: at === 0 });
      if (signal?.aborted) throw cancelled();
    }
    return { ...params, [largest.name]: "uploaded" };
  };

  return {
    async request(method, params = {}, options = {}) {
      const { signal } = options;
      if (signal?.aborted) throw cancelled();
      lastId += 1;
      const id = lastId;
      if (options.progress !== undefined) progress.set(id, options.progress);
      let closed: Promise<unknown> | undefined;
      const cancel = (): void => {
        closed = call("cancel", { id }).catch(() => undefined);
      };
      signal?.addEventListener("abort", cancel, { once: true });
      try {
        const fitting = await upload(params, signal);
        return await call(method, fitting, id);
      } finally {
        signal?.removeEventListener("abort", cancel);
        progress.delete(id);
        // The request fails at once, the T_Disconnect takes a moment.
        await closed;
      }
    },
    listen: way.listen,
    ended: way.ended,
    close: way.close,
  };
};

const cancelled = (): Error =>
  new JSONRPCErrorException("cancelled", -32_000, { code: "cancelled" });
