import { describe, expect, test } from "vitest";
import type { Impulse } from "../../../src/core/impulse.ts";
import { LINK_STATES, type LinkState } from "../../../src/core/stack/2-dl/link-table.ts";
import { openStack, run, type StackState } from "../../../src/core/stack/stack.ts";
import { openWatch } from "../../../src/shell/notify/watch.ts";
import { type Part, type Seen, works } from "../../../src/shell/notify/works.ts";
import type { ChildState } from "../../../src/shell/supervise/report.ts";
import { virtualClock } from "../../../src/sim/clock.ts";
import { testConfig } from "../../../src/testing/config.ts";
import { watch } from "../../../src/testing/watch.ts";

/** Everything was heard of just now, at 1,000 s. */
const NOW = 1_000_000;
const fresh = (link: LinkState, port: ChildState = "up"): Seen => ({
  takenAt: NOW,
  link,
  linkAt: NOW,
  octetAt: NOW,
  port: { state: port, at: NOW },
});
const seconds = (s: number): number => NOW - s * 1_000;

describe("the watchdog is fed", () => {
  test.each(LINK_STATES.map((link) => [link]))("%s, all fresh", (link) => {
    expect(works(fresh(link), NOW)).toEqual({ ok: true });
  });

  // biome-ignore format: read by column
  const ROWS: readonly (readonly [is: string, seen: Partial<Seen>, no: Part | null])[] = [
    ["closed: a year without a port, that is tried every 30 s", { link: "closed", linkAt: 0, octetAt: 0, port: { state: "waiting", at: seconds(31) } },  null],
    ["closed: nobody tries the port any more",        { link: "closed", port: { state: "waiting", at: seconds(121) } },  "port"],
    ["closed: an open that never returns",            { link: "closed", port: { state: "starting", at: seconds(121) } }, "port"],
    ["closed: the port is open, the link has not heard of it", { link: "closed", port: { state: "up", at: seconds(121) } }, "port"],
    ["closed: the port was given up",                 { link: "closed", port: { state: "failed", at: NOW } },            "port"],
    ["closed: nobody supervises the port",            { link: "closed", linkAt: 0, octetAt: 0, port: null },             null],
    ["resetting: Reset.req goes out every 0.5 s",     { link: "resetting", linkAt: seconds(1), octetAt: 0 },   null],
    ["resetting: but no more",                        { link: "resetting", linkAt: seconds(7) },               "link"],
    ["identifying: the questions stay away",          { link: "identifying", linkAt: seconds(7) },             "link"],
    ["checking: the question stays away",             { link: "checking", linkAt: seconds(7) },                "link"],
    ["pausing: the longest pause",                    { link: "pausing", linkAt: seconds(31), octetAt: 0 },    null],
    ["pausing: for ever",                             { link: "pausing", linkAt: seconds(91) },                "link"],
    ["online: a quiet line, asked every 2 s",         { link: "online", linkAt: seconds(2), octetAt: seconds(3) }, null],
    ["online: the supervision has stopped",           { link: "online", linkAt: seconds(7) },                  "link"],
    ["online: the supervision runs, but hears nothing", { link: "online", linkAt: seconds(1), octetAt: seconds(7) }, "octets"],
    ["polling: nothing heard",                        { link: "polling", octetAt: seconds(7) },                "octets"],
    ["unpowered: the chip is asked every 2 s",        { link: "unpowered", linkAt: seconds(2), octetAt: 0 },   null],
    ["unpowered: and no more",                        { link: "unpowered", linkAt: seconds(7) },               "link"],
    ["busmonitor: a line without a telegram for days", { link: "busmonitor", linkAt: 0, octetAt: 0 },          null],
    ["busmonitor: the core takes nothing",            { link: "busmonitor", takenAt: seconds(181) },           "core"],
    ["online: the core takes nothing",                { takenAt: seconds(181), linkAt: seconds(181), octetAt: seconds(181) }, "core"],
    ["online: the port's report is old",              { port: { state: "up", at: 0 } },                        null],
  ];
  test.each(ROWS)("%s", (_, seen, no) => {
    const said = works({ ...fresh("online"), ...seen }, NOW);
    expect(said.ok ? null : said.part).toBe(no);
  });

  test("says for how long", () => {
    const said = works({ ...fresh("online"), octetAt: seconds(9) }, NOW);
    expect(said).toEqual({ ok: false, part: "octets", silentMs: 9_000 });
  });
});

/**
 * A link on a virtual clock, with a chip that can be made mute and a port whose supervisor is the test.
 * @returns what the watchdog was told, each second
 */
const wired = () => {
  const clock = virtualClock();
  const chip = { mute: false, reads: true };
  const port = { state: "starting" as ChildState, restarts: 0 };
  const reopened: number[] = [];
  const seen = openWatch(clock.now);
  const step = (state: StackState, impulse: Impulse) => {
    const [after, effects] = run(state, impulse);
    seen.observer.done?.(impulse, effects, after);
    for (const effect of effects)
      if (effect.for === "serial" && effect.type === "reopen") reopened.push(clock.now());
    return [after, effects] as const;
  };
  const stack = watch(clock, step, openStack(testConfig()), (written) => {
    const answer = ANSWERS.get(written[0] ?? 0);
    if (chip.mute || answer === undefined) return;
    clock.after(10, () => {
      const at = clock.now();
      stack.deliver({ for: "dl", type: "octet.ind", octet: answer, behind: 0, at });
    });
  });
  const look = () => {
    const said = works(
      seen.seen({ name: "serial", since: 1_700_000_000_000, forMs: 0, problem: null, ...port }),
      clock.now(),
    );
    return said.ok ? "ok" : said.part;
  };
  return {
    stack,
    chip,
    port,
    reopened,
    open() {
      port.state = "up";
      stack.deliver({ for: "dl", type: "port-opened.ind", at: clock.now() });
    },
    close() {
      stack.deliver({ for: "dl", type: "port-closed.ind", at: clock.now() });
    },
    /** @returns each second's answer, equal neighbours once */
    during(seconds: number): readonly string[] {
      const said = Array.from({ length: seconds }, () => {
        clock.advance(1_000);
        return look();
      });
      return said.filter((one, index) => one !== said[index - 1]);
    },
  };
};

/** `tp-uart.md`: Reset.req → Reset.ind, State.req → State.ind. */
const ANSWERS = new Map([
  [0x01, 0x03],
  [0x02, 0x07],
]);

describe("a port that goes silent without being closed", () => {
  test("on a quiet line the chip is asked, and that is enough", () => {
    const { stack, open, during } = wired();
    open();
    expect(during(600)).toEqual(["ok"]);
    expect(stack.state.dl.link.told).toBe("online");
  });

  test("the link resets the chip and has the port opened anew, again and again: no other process would do better", () => {
    const { stack, chip, open, during, reopened } = wired();
    open();
    during(10);
    chip.mute = true;
    expect(during(600)).toEqual(["ok"]);
    expect(stack.state.dl.link.told).toBe("no_power");
    expect(reopened.length).toBeGreaterThan(1);
  });

  test("when the port is closed for that and never comes back, nobody tries any more: not fed two minutes later", () => {
    const { chip, open, during, close, port, reopened } = wired();
    open();
    during(10);
    chip.mute = true;
    while (reopened.length === 0) during(1);
    close();
    port.state = "starting";
    port.restarts += 1;
    expect(during(119)).toEqual(["ok"]);
    expect(during(10)).toContain("port");
  });

  test("a port that is not there is tried again: fed for ever", () => {
    const { stack, port, during } = wired();
    for (let minute = 0; minute < 60; minute++) {
      for (const state of ["waiting", "starting"] as const) {
        port.state = state;
        port.restarts += 1;
        // the report of health, once a minute
        stack.deliver({ for: "dl", type: "watch.req", on: false });
        expect(during(30)).toEqual(["ok"]);
      }
    }
  });
});

test("timers that do not come any more: the chip is not supervised", () => {
  const seen = openWatch(() => 0);
  const after = openStack(testConfig());
  const online = {
    ...after,
    dl: { ...after.dl, link: { ...after.dl.link, state: "online" as const } },
  };
  const octet = { for: "dl", type: "octet.ind", octet: 0xbc, behind: 0 } as const;
  seen.observer.done?.({ ...octet, at: 0 }, [], online);
  // Octets do come, so that nothing but the timer is missing.
  seen.observer.done?.({ ...octet, at: 6_500 }, [], online);
  expect(works(seen.seen(undefined), 6_600)).toEqual({ ok: false, part: "link", silentMs: 6_600 });
});
