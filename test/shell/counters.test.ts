import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { type CounterBook, openCounters } from "../../src/shell/counters.ts";
import { collectLog } from "./collect.ts";

const books: CounterBook[] = [];
afterEach(() => {
  for (const book of books.splice(0)) book.close();
});

const open = (log = pino({ level: "silent" })): CounterBook => {
  const book = openCounters(log);
  books.push(book);
  return book;
};

describe("counters", () => {
  test("drops and counts add up under their own names; what never happened is not there", () => {
    const book = open();
    book.count("rx.telegrams", 2);
    book.count("rx.telegrams", 3);
    book.drop("dl.check-octet", [0xbc, 0x11]);
    expect(book.read()).toEqual({ "rx.telegrams": 5, "dl.check-octet": 1 });
  });

  test("what was read stays as it was", () => {
    const book = open();
    book.count("ack.sent", 1);
    const before = book.read();
    book.count("ack.sent", 1);
    expect(before).toEqual({ "ack.sent": 1 });
  });

  test("a drop shows its octets in the debug log", () => {
    const { log, lines } = collectLog();
    open(log).drop("dl.check-octet", [0xbc, 0x11, 0x05]);
    expect(lines.items).toMatchObject([
      { level: 20, reason: "dl.check-octet", octets: "bc 11 05", msg: "dropped" },
    ]);
  });
});
