import { EMPTY_TABLE, get, put, type Table, without } from "../../table.ts";

/**
 * What is to be looked at later, by the second in which it is due: cheap for any number of appointments. One is kept for as
 * long as its reason exists: whoever is reminded too early looks at the clock and makes another. So a telegram that puts
 * something off changes nothing here.
 */
export type Agenda = Readonly<{
  /** By second, modulo 65,536. What is further away waits in its place for another round. */
  slots: Table<readonly Appointment[]>;
  /** All seconds before this one are done. */
  hand: number;
  count: number;
}>;

export type Appointment = Readonly<{
  /** Monotonic ms. */
  at: number;
  what: Reminder;
  /** A group address, or the index of something else. */
  key: number;
}>;

/** Why somebody wants to be reminded. */
export type Reminder =
  | "snapshot"
  | "expire"
  | "poll"
  | "interval"
  | "cyclic"
  | "link-stale"
  | "travel"
  | "time"
  | "device";

/** @param at monotonic ms */
export const openAgenda = (at: number): Agenda => ({
  slots: EMPTY_TABLE,
  hand: Math.floor(at / SECOND_MS),
  count: 0,
});

/** One more. One that is overdue is due at once. */
export const schedule = (agenda: Agenda, appointment: Appointment): Agenda => {
  const second = Math.max(agenda.hand, Math.floor(appointment.at / SECOND_MS));
  const slot = second & 0xffff;
  return {
    slots: put(agenda.slots, slot, [...(get(agenda.slots, slot) ?? []), appointment]),
    hand: agenda.hand,
    count: agenda.count + 1,
  };
};

/** Many at once: each second is written once. */
export const scheduleAll = (agenda: Agenda, all: readonly Appointment[]): Agenda => {
  const bySlot = new Map<number, Appointment[]>();
  for (const appointment of all) {
    const slot = Math.max(agenda.hand, Math.floor(appointment.at / SECOND_MS)) & 0xffff;
    const others = bySlot.get(slot);
    if (others === undefined) bySlot.set(slot, [appointment]);
    else others.push(appointment);
  }
  let slots = agenda.slots;
  for (const [slot, appointments] of bySlot)
    slots = put(slots, slot, [...(get(slots, slot) ?? []), ...appointments]);
  return { slots, hand: agenda.hand, count: agenda.count + all.length };
};

/** Those that are due at `at`, earliest first, are not in the agenda any more. */
export const takeDue = (agenda: Agenda, at: number): readonly [Agenda, readonly Appointment[]] => {
  if (agenda.count === 0) return [moved(agenda, at), NONE];
  const due: Appointment[] = [];
  let { slots, hand } = agenda;
  const last = Math.floor(at / SECOND_MS);
  // Further than a round ahead every second has been seen once.
  for (let n = Math.min(last - hand, 0xffff); n >= 0; n--) {
    const slot = (last - n) & 0xffff;
    const appointments = get(slots, slot);
    if (appointments === undefined || appointments.length === 0) continue;
    const later = appointments.filter((appointment) => appointment.at > at);
    if (later.length === appointments.length) continue;
    due.push(...appointments.filter((appointment) => appointment.at <= at));
    slots = later.length === 0 ? without(slots, slot) : put(slots, slot, later);
  }
  hand = Math.max(hand, last);
  due.sort((a, b) => a.at - b.at);
  return [{ slots, hand, count: agenda.count - due.length }, due];
};

/** When to look again; null while nothing is planned. */
export const agendaDue = ({ slots, hand, count }: Agenda): number | null => {
  if (count === 0) return null;
  for (let second = hand; second < hand + LOOK_AHEAD_S; second++) {
    let first: number | null = null;
    for (const { at } of get(slots, second & 0xffff) ?? NONE)
      if (at < (second + 1) * SECOND_MS && (first === null || at < first)) first = at;
    if (first !== null) return first;
  }
  return (hand + LOOK_AHEAD_S) * SECOND_MS;
};

const moved = (agenda: Agenda, at: number): Agenda => {
  const hand = Math.floor(at / SECOND_MS);
  return hand <= agenda.hand ? agenda : { ...agenda, hand };
};

const SECOND_MS = 1_000;
const LOOK_AHEAD_S = 64;
const NONE: readonly Appointment[] = [];
