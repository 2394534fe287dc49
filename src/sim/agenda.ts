/** Something that is to happen: `order` keeps events of the same moment first in, first out. */
export type Appointment = {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
};

/** What is to happen, earliest first: a binary heap in which cancelled appointments stay until they come up. */
export interface Agenda {
  add(at: number, run: () => void): Appointment;
  /** The earliest one that still stands. */
  next(): Appointment | undefined;
  /** Takes out what `next` returned. */
  take(): void;
  clear(): void;
}

export const createAgenda = (): Agenda => {
  const heap: Appointment[] = [];
  let orders = 0;

  const add = (at: number, run: () => void): Appointment => {
    const appointment = { at, order: orders++, run, cancelled: false };
    let index = heap.length;
    while (index > 0) {
      const parent = heap[(index - 1) >> 1];
      if (parent === undefined || before(parent, appointment)) break;
      heap[index] = parent;
      index = (index - 1) >> 1;
    }
    heap[index] = appointment;
    return appointment;
  };

  const take = (): void => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const rightFirst = left !== undefined && right !== undefined && before(right, left);
      const child = rightFirst ? right : left;
      if (child === undefined || before(last, child)) break;
      heap[index] = child;
      index = 2 * index + (rightFirst ? 2 : 1);
    }
    heap[index] = last;
  };

  const next = (): Appointment | undefined => {
    while (heap[0]?.cancelled) take();
    return heap[0];
  };

  return { add, next, take, clear: () => heap.splice(0) };
};

const before = (a: Appointment, b: Appointment): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);
