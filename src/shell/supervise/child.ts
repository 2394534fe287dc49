import type { ChildName } from "./report.ts";
import type { Strategy } from "./strategy.ts";

/**
 * A part of the shell as the supervisor takes it. To add one, once the shell is open:
 *
 *     shell.supervise({
 *       name: "web",
 *       strategy: HELPER,
 *       async start(life) {
 *         const server = createServer(life.guarded(answer));
 *         server.on("error", life.broke);
 *         await listening(server);
 *         life.up();
 *         return () => closed(server);
 *       },
 *     });
 *
 * The supervisor starts it at once, again after it broke, and ends it when the shell stops: those that were added last first, all of
 * them after the goodbye on MQTT. `shell.children()` reports on each.
 */
export type ChildSpec = Readonly<{
  name: ChildName;
  strategy: Strategy;
  /**
   * Begins a life; the one before it is closed by then. A throw or a rejection is its end.
   * @returns what ends it; nothing when there is nothing to end
   */
  start(life: Life): Started | Promise<Started>;
  /**
   * Says in the log why a life ended. Without it the supervisor does, once for each reason.
   * @param wasUp it had worked before
   * @returns the reason in words for people, for the report
   */
  tell?(error: unknown, wasUp: boolean): string;
  /** Not started before this one is up, and tried at once whenever it comes up. */
  after?: ChildName;
}>;

/** One life of a child, from a start to its end. What is said of it later is not heard. */
export type Life = Readonly<{
  /** It works. */
  up(): void;
  /** It works so well that the next pause may be the shortest again. Cheap: called with every octet. */
  good(): void;
  /** It is over, and started again as its strategy says. Also right as a listener of `error`. */
  broke(error?: unknown): void;
  /** It cannot be done without: the process ends with this code. What is wrong has been said in the log. */
  fatal(code: number, error: unknown): void;
  isOver(): boolean;
  /** For callbacks that nobody of ours calls: what `act` throws ends this life, and nothing else. */
  guarded<Args extends readonly unknown[], Result>(
    act: (...args: Args) => Result,
  ): (...args: Args) => Result | undefined;
}>;

/**
 * Ends a life; its synchronous part is done before anything else happens.
 * @param why `broke`: there may be nothing left to say goodbye to; `asked`: in order
 */
export type Close = (why: "broke" | "asked") => unknown;

// biome-ignore lint/suspicious/noConfusingVoidType: a start that returns nothing is one
export type Started = Close | undefined | void;

/** A child under supervision. */
export type Child = Readonly<{
  /** Ends it and starts it again at once. @param fresh with the shortest pause, should that fail */
  again(fresh: boolean): void;
  /** Like `fatal` of its life, whether it has one or not. */
  fatal(code: number, error: unknown): void;
  /** Ended for good when it resolves. */
  stop(): Promise<void>;
}>;
