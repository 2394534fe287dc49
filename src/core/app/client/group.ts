import { formatGroupAddress, formatIndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { toCompactHex } from "../../octets.ts";
import { type Arguments, done, fail, type Result, type Steps } from "./ask.ts";
import { areOctets, check, isWithin } from "./range.ts";

/** A_GroupValue_Read, and the first answer with who gave it. `short`: the value travelled in six bits. */
export function* readGroup({ address }: Arguments<"group.read">): Steps<Result<JsonValue>> {
  const wrong = check([[isWithin(address, 1, 0xffff), NO_GROUP]]);
  if (wrong) return wrong;
  const answer = yield { ask: "group.read", address, ms: ANSWER_MS };
  if (!answer.ok) return answer;
  for (const { source, apdu } of answer.value)
    if (apdu.service === "A_GroupValue_Response") {
      const short = apdu.data.length === 0;
      return done({
        address: formatGroupAddress(address),
        source: formatIndividualAddress(source),
        value: toCompactHex(short ? [apdu.low] : apdu.data),
        short,
      });
    }
  return fail("no_answer", `Nobody answers for ${formatGroupAddress(address)}.`);
}

/** A_GroupValue_Write: over as soon as somebody acknowledges it. */
export function* writeGroup({
  address,
  value,
}: Arguments<"group.write">): Steps<Result<JsonValue>> {
  const { octets, short } = value;
  const wrong = check([
    [isWithin(address, 1, 0xffff), NO_GROUP],
    [areOctets(octets), "A value is octets, 0 … 255 each."],
    [!short || (octets.length === 1 && (octets[0] ?? 0) < 64), "A short value is 0 … 63."],
    [short || isWithin(octets.length, 1, 253), "A value has 1 … 253 octets."],
  ]);
  if (wrong) return wrong;
  const sent = yield { ask: "group.write", address, value };
  return sent.ok ? done({ address: formatGroupAddress(address), acknowledged: true }) : sent;
}

const NO_GROUP = "A group address is 0/0/1 … 31/7/255.";

/** As long as other answers may take. */
const ANSWER_MS = 3_000;
