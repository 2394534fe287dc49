import { IndividualAddress } from "../../../../src/core/address.ts";
import type { TlsmConfig } from "../../../../src/core/config.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse, TlImpulse, TlsmImpulse } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { tl } from "../../../../src/core/stack/4-tl/tl.ts";
import { openTlsm, tlsm } from "../../../../src/core/stack/4-tlsm/tlsm.ts";
import { hex, virtualClock, watch } from "../../../../src/testing.ts";

export const PARTNER = IndividualAddress(0x11fa);
export const STRANGER = IndividualAddress(0x11fb);

/** Transport layer and its machines alone: TPDUs in hex from below, primitives to and from above, in virtual time. */
export const connections = (config: Partial<TlsmConfig> = {}) => {
  const clock = virtualClock();
  const machine = watch(
    clock,
    (state, impulse) => {
      let current = state;
      const out: (Impulse | Effect)[] = [];
      const queue: (Impulse | Effect)[] = [impulse];
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (next.for === "tlsm") {
          const [after, caused] = tlsm(current, next);
          current = after;
          queue.unshift(...caused);
        } else if (next.for === "tl") queue.unshift(...tl(next));
        else out.push(next);
      }
      return [current, out] as const;
    },
    openTlsm({ style: "3", connections: 1, ...config }),
  );
  let ref = 0;
  return {
    clock,
    machine,
    /** The state of the connection with a partner. */
    stateOf: (peer = PARTNER): string =>
      machine.state.connections.find((one) => one.peer === peer)?.state ?? "closed",
    /** A TPDU from below. */
    receive: (octets: string, source = PARTNER): void => {
      const reception = { source, priority: "system", hops: 6, repeated: false } as const;
      const tpdu = [...hex(octets)];
      const impulse: TlImpulse = {
        for: "tl",
        type: "N_Data_Individual.ind",
        tpdu,
        ...reception,
        at: clock.now(),
      };
      machine.deliver(impulse);
    },
    /** The local confirmation of the T_Connect that is under way. */
    confirm: (outcome: "ok" | "no_ack" = "ok", peer = PARTNER): void => {
      const connection = machine.state.connections.find((one) => one.peer === peer);
      machine.deliver({
        for: "tlsm",
        type: "tpdu.con",
        peer,
        tpdu: { kind: "T_Connect" },
        ref: connection?.connect ?? -1,
        outcome,
        repeats: 0,
        at: clock.now(),
      });
    },
    request: (type: "T_Connect.req" | "T_Disconnect.req", peer = PARTNER): void =>
      machine.deliver({ for: "tlsm", type, peer, at: clock.now() }),
    /** @returns its ref */
    send: (apdu: string, peer = PARTNER): number => {
      ref += 1;
      const request: TlsmImpulse = {
        for: "tlsm",
        type: "T_Data_Connected.req",
        peer,
        apdu: [...hex(apdu)],
        priority: "system",
        ref,
        at: clock.now(),
      };
      machine.deliver(request);
      return ref;
    },
    /** What came out since the last look: `→ C2` on the wire, `T_Connect.ind` and the like to above. */
    seen: (): readonly string[] => machine.effects().flatMap(readable),
  };
};

const readable = (effect: Impulse | Effect): readonly string[] => {
  if (effect.for === "nl" && effect.type === "N_Data.req") {
    const to =
      effect.destination.address === PARTNER
        ? ""
        : ` to ${toHex([effect.destination.address >> 8, effect.destination.address & 0xff])}`;
    return [`→ ${toHex(effect.tpdu)}${to}`];
  }
  if (effect.for === "drops") return [`drop ${effect.reason}`];
  if (effect.for !== "al") return [];
  switch (effect.type) {
    case "T_Data_Connected.ind":
      return [`${effect.type} ${toHex(effect.apdu)}`];
    case "T_Data_Connected.con":
      return [`${effect.type} ${effect.ref} ${effect.outcome}`];
    default:
      return [effect.type];
  }
};
