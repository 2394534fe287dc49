import type { ChipKind, DlConfig } from "../../config.ts";
import { inGroupSet } from "../../group-set.ts";
import type { Octets } from "../../octets.ts";
import { peekHeader } from "./frame.ts";

/** yes: write the acknowledge · late: it would be ours, but the chip could not place it any more · no: not ours */
export type Verdict = "yes" | "late" | "no";

/**
 * The acknowledge decision, taken on the octet that settles it: the 6th, in an extended frame the 7th.
 * Acknowledged are the own individual address, exactly the configured group addresses, and broadcast; never an own frame.
 * @param octets the frame up to and including that octet
 * @param missing octets of the frame still to come
 * @param behind octets that were already waiting when this one was read: when they complete the frame, the moment for the
 * acknowledge has passed, and the chip could take it for the next frame (`tp-uart.md` §5.2)
 */
export const decideAcknowledge = (
  config: DlConfig,
  chip: ChipKind,
  octets: Octets,
  missing: number,
  behind: number,
): Verdict => {
  const header = peekHeader(octets);
  if (header === undefined || header.source === config.address) return "no";
  const { destination, group } = header;
  const ours = group
    ? destination === 0 || inGroupSet(config.groups, destination)
    : destination === config.address;
  if (!ours || (config.acknowledge === "chip" && chipAcknowledges(chip, group))) return "no";
  return behind >= missing ? "late" : "yes";
};

/** With SetAddress; whether an NCN chip then covers group addresses is not proven, so the host goes on with these. */
const chipAcknowledges = (chip: ChipKind, group: boolean): boolean => !group || chip !== "ncn5120";
