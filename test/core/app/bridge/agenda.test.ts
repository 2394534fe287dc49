import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import {
  type Appointment,
  agendaDue,
  openAgenda,
  schedule,
  scheduleAll,
  takeDue,
} from "../../../../src/core/app/bridge/agenda.ts";

const appointment = fc.record({
  at: fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: 200_000_000 })),
  what: fc.constantFrom("expire" as const, "poll" as const),
  key: fc.nat(65_535),
});

test.prop([fc.array(appointment), fc.array(appointment), fc.nat(70_000)])(
  "each comes once, never early, in order, and exactly when asked at the time it names",
  (first, second, start) => {
    let agenda = scheduleAll(openAgenda(start), first);
    for (const each of second) agenda = schedule(agenda, each);
    const got: Appointment[] = [];
    let now = start;
    for (let at = agendaDue(agenda); at !== null; at = agendaDue(agenda)) {
      now = Math.max(now, at);
      const [rest, due] = takeDue(agenda, now);
      agenda = rest;
      for (const each of due)
        expect(Math.max(each.at, start - (start % 1_000))).toBeLessThanOrEqual(now);
      // On time: nobody waits past a moment that the agenda has named.
      for (const each of due) expect(now).toBe(Math.max(start, each.at));
      got.push(...due);
    }
    expect(agenda.count).toBe(0);
    const key = ({ at, what, key: k }: Appointment) => `${at} ${what} ${k}`;
    expect(got.map(key).toSorted()).toEqual([...first, ...second].map(key).toSorted());
  },
);

test("a long time away: what is overdue comes at once, what is far away stays", () => {
  const agenda = scheduleAll(openAgenda(0), [
    { at: 1_500, what: "poll", key: 3 },
    { at: 70_000_000, what: "poll", key: 5 },
    { at: 300_000_000, what: "poll", key: 7 },
  ]);
  const [rest, due] = takeDue(agenda, 100_000_000);
  expect(due.map(({ key }) => key)).toEqual([3, 5]);
  expect(rest.count).toBe(1);
});
