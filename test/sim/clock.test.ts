import { expect, test, vi } from "vitest";
import { realClock, virtualClock } from "../../src/sim/clock.ts";
import { createHostLink } from "../../src/sim/host-link.ts";

test("time jumps to each event, and those of the same moment keep their order", () => {
  const clock = virtualClock();
  const seen: string[] = [];
  const note = (what: string) => () => seen.push(`${clock.now()} ${what}`);
  clock.after(30, note("c"));
  clock.after(10, note("a"));
  clock.after(30, note("d"));
  clock.after(20, () => {
    note("b")();
    clock.after(10, note("e"));
    clock.after(0, note("now"));
  });
  clock.advance(25);
  expect([...seen, clock.now()]).toEqual(["10 a", "20 b", "20 now", 25]);
  clock.advance(5);
  expect(seen.slice(3)).toEqual(["30 c", "30 d", "30 e"]);
});

test("what was taken back never happens, though it be the very next", () => {
  const clock = virtualClock();
  const seen: string[] = [];
  const cancel = clock.after(5, () => seen.push("cancelled"));
  clock.after(5, () => seen.push("kept"));
  clock.after(1, cancel);
  clock.advance(10);
  cancel();
  expect(seen).toEqual(["kept"]);
});

test("runs until something holds, and says when it never did", () => {
  const clock = virtualClock();
  let count = 0;
  const tick = () => {
    count++;
    clock.after(1, tick);
  };
  tick();
  expect([clock.runUntil(() => count === 7, 100), clock.now()]).toEqual([true, 6]);
  expect([clock.runUntil(() => count < 0, 10), clock.now()]).toEqual([false, 16]);
});

test("many events come in the order of their time", () => {
  const clock = virtualClock();
  const seen: number[] = [];
  for (let index = 0; index < 500; index++) {
    const at = (index * 7919) % 503;
    clock.after(at, () => seen.push(at));
  }
  clock.advance(1000);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen).toHaveLength(500);
});

test("in real time a chain of short steps keeps its pace: each event happens at the moment it was due", async () => {
  const clock = realClock();
  const moments: number[] = [];
  await new Promise<void>((resolve) => {
    const step = (): void => {
      moments.push(clock.now());
      if (moments.length === 20) resolve();
      else clock.after(1.354, step);
    };
    clock.after(0, step);
  });
  clock.stop();
  const [first = 0] = moments;
  for (const [index, moment] of moments.entries())
    expect(moment - first).toBeCloseTo(index * 1.354, 6);
});

test("in real time octets stay in order, though the process is held up between any two looks at the clock", async () => {
  let time = 0;
  let looks = 0;
  // Each seventh look finds 5 ms gone.
  const look = vi.spyOn(performance, "now").mockImplementation(() => {
    looks++;
    time += looks % 7 === 0 ? 5 : 0.01;
    return time;
  });
  const clock = realClock();
  const arrived: number[] = [];
  const octets = Array.from({ length: 18 }, (_, index) => index);
  await new Promise<void>((resolve) => {
    const link = createHostLink({
      clock,
      characterMs: 0.57,
      fault: undefined,
      alive: () => true,
      heard: (octet) => {
        arrived.push(octet);
        if (arrived.length === octets.length) resolve();
      },
    });
    link.write(octets);
  });
  clock.stop();
  look.mockRestore();
  expect(arrived).toEqual(octets);
});

test("a stopped clock drops what was pending", async () => {
  const clock = realClock();
  let ran = false;
  clock.after(0, () => {
    ran = true;
  });
  clock.stop();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(ran).toBe(false);
});
