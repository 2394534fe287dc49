import { expect, test } from "vitest";
import { GroupAddress, IndividualAddress } from "../../../../src/core/address.ts";
import type { NlImpulse } from "../../../../src/core/impulse.ts";
import { nl, openNl } from "../../../../src/core/stack/3-nl/nl.ts";

const OLD = IndividualAddress(0x1105);
const NEW = IndividualAddress(0x1203);

const REQUEST: NlImpulse = {
  for: "nl",
  type: "N_Data.req",
  destination: { to: "group", address: GroupAddress(0x0a03) },
  priority: "low",
  tpdu: [0x00, 0x81],
  ref: 7,
  at: 31,
};

/** PID_ROUTING_COUNT is written, or the address is. */
test.each([
  { is: "another hop count", hops: 3, sent: 3 },
  { is: "hop count 0", hops: 0, sent: 0 },
  { is: "another address only", hops: undefined, sent: 5 },
])("$is", ({ hops, sent }) => {
  const [state] = nl(openNl({ hops: 5 }, OLD), {
    for: "nl",
    type: "configure.req",
    address: NEW,
    ...(hops === undefined ? {} : { hops }),
  });
  expect(state.address).toBe(NEW);
  expect(nl(state, REQUEST)[1]).toMatchObject([{ type: "L_Data.req", frame: { hops: sent } }]);
});
