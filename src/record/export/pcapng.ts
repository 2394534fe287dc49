import type { Traffic } from "../traffic.ts";
import { acknowledgeInWords, reasonInWords, reception, unsentInWords } from "../words.ts";
import { encodeBusmonitor, encodeCemi } from "./cemi.ts";
import type { Format } from "./format.ts";
import { type Packet, pcapngHead, pcapngPacket } from "./pcapng-blocks.ts";

/**
 * For Wireshark and tshark: a packet for each telegram as cEMI, with what became of it as a comment. What is no frame is a packet, too, of
 * octets that nobody decodes; a gap is told by the first packet after it.
 */
export const pcapng: Format = async function* ({ program, instance }, traffic) {
  yield pcapngHead({ program: `knxpi ${program}`, interface: instance });
  let missing = 0;
  let raw = 0;
  for await (const one of traffic) {
    if (one.kind === "gap") {
      missing += one.impulses;
      continue;
    }
    const packet = packetOf(one, raw);
    if (one.kind === "raw") raw += 1;
    const gap = missing > 0 ? [`${missing} impulses before this are not in the recording`] : [];
    missing = 0;
    const comment = [...gap, ...(packet.comment === "" ? [] : [packet.comment])].join("; ");
    yield pcapngPacket({ ...packet, comment: comment === "" ? null : comment });
  }
};

const packetOf = (
  one: Exclude<Traffic, { kind: "gap" }>,
  raw: number,
): Packet & Readonly<{ comment: string }> => {
  const microseconds = Math.round(one.utc * 1_000);
  const common = { microseconds, damaged: false, dissector: "cemi", protocol: "KNX" } as const;
  switch (one.kind) {
    case "telegram": {
      const { own, octets, acknowledged } = one;
      const service = own ? "L_Data.con" : "L_Data.ind";
      return {
        ...{ ...common, direction: own ? "out" : "in", comment: reception(one) },
        octets: encodeCemi(service, octets, acknowledged === "no"),
      };
    }
    case "raw": {
      const { octets, acknowledge, at } = one;
      const comment = acknowledgeInWords(acknowledge);
      return { ...common, direction: "in", comment, octets: encodeBusmonitor(octets, raw, at) };
    }
    case "damaged": {
      const { octets, reason } = one;
      return {
        ...{ ...common, dissector: "data", protocol: "KNX octets", damaged: true },
        ...{ direction: "in", octets, comment: reasonInWords(reason) },
      };
    }
    case "unsent":
      return {
        ...{ ...common, direction: "out", comment: unsentInWords(one.outcome) },
        octets: encodeCemi("L_Data.con", one.octets, true),
      };
  }
};
