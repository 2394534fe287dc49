import { CAPACITY } from "../../src/core/app/bridge/queue/queue.ts";
import { QUEUE_LIMIT } from "../../src/core/stack/2-dl/transmit.ts";
import type { StackState } from "../../src/core/stack/stack.ts";
import { type Timer, timerKey } from "../../src/core/timer.ts";

/**
 * What has to be true of a state and its timers at any moment.
 * @returns what is not
 */
export const brokenInvariants = (
  state: StackState,
  timers: readonly Timer[],
): readonly string[] => {
  const found: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  const { dl, tlsm, client, bridge, device } = state;

  // Closed ⇔ no timer.
  const peers = new Map(tlsm.connections.map((connection) => [connection.peer, connection]));
  const running = new Set(timers.map(timerKey));
  for (const timer of timers) {
    if (timer.for === "tlsm")
      expect(peers.has(timer.peer), `timer ${timerKey(timer)} of a closed connection`);
    if (timer.for === "client")
      expect(
        client.tasks.some(({ id }) => id === timer.id),
        `timer ${timerKey(timer)} of a procedure that is over`,
      );
  }
  for (const { peer, state: is } of tlsm.connections)
    if (is !== "connecting")
      expect(running.has(`tlsm.connection.${peer}`), `open connection to ${peer} without a timer`);

  expect(dl.tx.waiting.length <= QUEUE_LIMIT, `dl: ${dl.tx.waiting.length} frames wait`);
  const [system, answers, commands, , reads] = bridge.queue.lines;
  expect((system?.length ?? 0) <= CAPACITY[0] + 1, `queue 0 has ${system?.length}`);
  expect((answers?.length ?? 0) <= CAPACITY[1] + 1, `queue 1 has ${answers?.length}`);
  expect((commands?.length ?? 0) <= CAPACITY[2] + 1, `queue 2 has ${commands?.length}`);
  expect((reads?.length ?? 0) <= CAPACITY[4] + 1, `queue 4 has ${reads?.length}`);
  const depth = bridge.queue.lines.reduce((sum, line) => sum + line.length, 0);
  expect(depth === bridge.queue.depth, `queue says ${bridge.queue.depth}, and has ${depth}`);
  expect(
    bridge.reads.waiters.length <= MAX_WAITERS,
    `${bridge.reads.waiters.length} wait for reads`,
  );
  expect(bridge.reads.outstanding.length <= 2, `${bridge.reads.outstanding.length} reads at once`);
  const served = tlsm.connections.filter(({ opened }) => opened === "there").length;
  expect(served <= tlsm.config.connections, `${served} partners are connected`);
  expect(
    device.access.length <= tlsm.connections.length,
    `access of ${device.access.length} partners`,
  );
  expect(client.tasks.length <= MAX_TASKS, `${client.tasks.length} procedures`);
  return found;
};

/**
 * The state as text, if it is plain JSON: text and back gives the same.
 * @returns undefined when it is not
 */
export const asJson = (state: StackState): string | undefined => {
  const text = JSON.stringify(state);
  const back: unknown = JSON.parse(text);
  return same(state, back) ? text : undefined;
};

const same = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => same(Reflect.get(a, key), Reflect.get(b, key)))
  );
};

/** As in `src/core/app/bridge/queue/reads.ts` and `src/core/app/client/engine.ts`. */
const MAX_WAITERS = 200;
const MAX_TASKS = 32;
