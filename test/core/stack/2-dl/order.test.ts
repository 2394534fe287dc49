import { fc, test as prop } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import type { LData, Priority } from "../../../../src/core/impulse.ts";
import { enqueue, openTx, QUEUE_LIMIT, type Tx } from "../../../../src/core/stack/2-dl/transmit.ts";

const to = (kind: "individual" | "group", address: number): LData["destination"] =>
  kind === "group"
    ? { to: "group", address: GroupAddress(address) }
    : { to: "individual", address: IndividualAddress(address) };

const DESTINATIONS = {
  a: to("individual", 0x1106),
  b: to("individual", 0x1107),
  g: to("group", 0x1106),
} as const;
type Request = readonly [destination: keyof typeof DESTINATIONS, priority: Priority];

/** @returns the numbers of the requests, counted from 1, in the order in which they would be sent */
const order = (requests: readonly Request[]): readonly number[] =>
  requests
    .reduce<Tx>((tx, [destination, priority], index) => {
      const frame = { destination: DESTINATIONS[destination], priority, hops: 6, tpdu: [0x00] };
      const next = enqueue(tx, "ncn5120", { frame, octets: [0xbc], ref: index + 1 });
      return typeof next === "string" ? tx : next;
    }, openTx())
    .waiting.map(({ ref }) => ref);

// biome-ignore format: read by column
const ORDERS: readonly { is: string; requests: readonly Request[]; order: readonly number[] }[] = [
  { is: "T_Disconnect does not overtake data to the same device",  requests: [["a", "low"], ["a", "system"]],                                  order: [1, 2] },
  { is: "nor T_Connect data, T_Disconnect of the old connection",  requests: [["a", "low"], ["a", "system"], ["a", "low"], ["a", "system"]],   order: [1, 2, 3, 4] },
  { is: "it overtakes what is for others",                         requests: [["b", "low"], ["a", "system"], ["g", "normal"]],                 order: [2, 3, 1] },
  { is: "as far as the last one to the same device",               requests: [["b", "low"], ["a", "low"], ["b", "normal"], ["a", "system"]],   order: [1, 3, 2, 4] },
  { is: "a group of the same number is no device",                 requests: [["g", "low"], ["a", "system"]],                                  order: [2, 1] },
  { is: "group telegrams: by priority, then in order",             requests: [["g", "low"], ["g", "normal"], ["g", "system"], ["g", "urgent"], ["g", "system"]], order: [3, 5, 4, 2, 1] },
];
test.each(ORDERS)("$is", ({ requests, order: expected }) => {
  expect(order(requests)).toEqual(expected);
});

const REQUESTS = fc.array(
  fc.tuple(
    fc.constantFrom("a" as const, "b" as const, "g" as const),
    fc.constantFrom<Priority>("system", "urgent", "normal", "low"),
  ),
  { maxLength: QUEUE_LIMIT },
);
prop.prop([REQUESTS])("to one device everything goes in the order of the requests", (requests) => {
  const sent = order(requests);
  expect([...sent].sort((a, b) => a - b)).toEqual(requests.map((_, index) => index + 1));
  for (const device of ["a", "b"]) {
    const refs = sent.filter((ref) => requests[ref - 1]?.[0] === device);
    expect(refs).toEqual([...refs].sort((a, b) => a - b));
  }
});
