import { JSONRPCErrorException } from "json-rpc-2.0";
import type { JsonValue } from "../../core/impulse.ts";

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
        return await call(method, params, id);
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
