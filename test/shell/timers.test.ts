import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { IndividualAddress } from "../../src/core/address.ts";
import { createTimers, type Timers } from "../../src/shell/timers.ts";
import { timerPromise } from "./timer-promise.ts";

const open: Timers[] = [];
afterEach(() => {
  for (const timers of open.splice(0)) timers.close();
});

timerPromise("the shell", (deliver) => {
  const timers = createTimers(deliver);
  open.push(timers);
  return {
    ...timers,
    now: () => performance.now(),
    // A timer of the test's own, started later and longer, is due after those under test, and a turn later even late ones are.
    pass: (ms) => new Promise((resolve) => setTimeout(() => setImmediate(resolve), ms)),
  };
});

test("after the process was held up, what waits to be read comes before what timers have to say, in their order", async () => {
  const seen: string[] = [];
  const timers = createTimers((impulse) => {
    if (impulse.type === "timeout") seen.push(impulse.timer.name);
  });
  open.push(timers);
  const [reading, writing] = await pipe();
  reading.on("data", () => seen.push("octet"));
  timers.start({ for: "dl", name: "frame" }, 10);
  timers.start({ for: "dl", name: "link" }, 39);
  writing.write(Uint8Array.of(0xbc));
  const until = performance.now() + 40;
  while (performance.now() < until);
  await expect.poll(() => seen).toHaveLength(3);
  for (const end of [reading, writing]) end.destroy();
  expect(seen).toEqual(["octet", "frame", "link"]);
});

test("closed, none is started any more", async () => {
  const seen: string[] = [];
  const timers = createTimers((impulse) => seen.push(impulse.type));
  timers.start({ for: "dl", name: "frame" }, 1);
  timers.close();
  timers.start({ for: "dl", name: "link" }, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(seen).toEqual([]);
});

/** Two ends of a connection through the kernel. */
const pipe = async (): Promise<readonly [Socket, Socket]> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: AddressInfo = Object(server.address());
  const writing = connect(port, "127.0.0.1");
  const [reading] = await once(server, "connection");
  await once(writing, "connect");
  server.close();
  return [reading, writing];
};

test("timers of partners and requests are forgotten once they are stopped or have run", async () => {
  const timers = createTimers(() => undefined);
  open.push(timers);
  for (let n = 1; n <= 200; n++) {
    timers.start({ for: "tlsm", name: "connection", peer: IndividualAddress(0x1100 + n) }, 5);
    timers.start({ for: "client", name: "step", id: n }, 5_000);
    timers.start({ for: "dl", name: "frame" }, 5_000);
  }
  expect(timers.size()).toBe(401);
  for (let n = 1; n <= 200; n++) timers.stop({ for: "client", name: "step", id: n });
  expect(timers.size()).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(timers.size()).toBe(1);
});
