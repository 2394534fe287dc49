import type { ChipKind } from "../core/config.ts";
import type { Octets } from "../core/octets.ts";
import type { ChipState, Tally } from "./chip-state.ts";
import { crcOctets } from "./crc.ts";
import type { HostService } from "./host-services.ts";
import { ACK, BUSY, isIntact, isPoll, NAK } from "./tp1.ts";

/** How a chip treats what it hears on the bus. `tp-uart.md` 3 and 4. */
export interface Reception {
  octet(octet: number, first: boolean): void;
  /** The host's order for the acknowledge of the frame that is coming in. */
  order(service: HostService & { type: "U_AckInformation.req" }): void;
  /** The moment of the acknowledge: what the host has ordered so far, else what the chip knows itself. */
  acknowledge(busy: boolean): number | undefined;
  end(acknowledge: number | undefined): void;
  clear(): void;
}

export const createReception = (options: {
  kind: ChipKind;
  state: ChipState;
  tally: Tally;
  eightBit: boolean;
  lateAcknowledge: "forgotten" | "kept";
  acknowledgesGroups: boolean;
  say: (...octets: readonly number[]) => void;
}): Reception => {
  const { kind, state, tally, eightBit, lateAcknowledge, acknowledgesGroups, say } = options;
  let frame: number[] = [];
  let hearing = false;
  let ordered: number | undefined;

  const clear = (): void => {
    frame = [];
    hearing = false;
    ordered = undefined;
  };

  const endOfFrame = (whole: Octets): void => {
    const { crc, marker } = state.settings;
    if (crc) say(...crcOctets(kind, whole));
    if (marker) say(FRAME_END);
    if (marker || eightBit) say(isIntact(whole) ? FRAME_GOOD : FRAME_BROKEN);
  };

  return {
    octet: (octet, first) => {
      if (state.mode !== "normal" && state.mode !== "busmonitor") return;
      if (first) {
        hearing = true;
        frame = [];
      }
      if (!hearing) return;
      frame.push(octet);
      // Of a poll in which it is no slave the chip passes on the first octet only.
      if (state.mode === "normal" && isPoll(frame[0] ?? 0) && frame.length > 1) return;
      if (state.settings.marker && octet === FRAME_END) say(octet);
      say(octet);
    },
    order: ({ addressed, busy, nak }) => {
      if (!hearing && addressed) tally.late++;
      if (!hearing && lateAcknowledge === "forgotten") return;
      ordered = !addressed ? undefined : nak ? NAK : busy ? BUSY : ACK;
    },
    acknowledge: (busy) => {
      const order = ordered;
      const heard = hearing;
      hearing = false;
      ordered = undefined;
      if (state.mode !== "normal" || state.muted || !heard) return undefined;
      const alone = isForChip(frame, state.settings.address, acknowledgesGroups);
      const answer = order ?? (alone ? (busy ? BUSY : ACK) : undefined);
      if (answer === undefined) return undefined;
      tally.acknowledged++;
      return isIntact(frame) ? answer : NAK;
    },
    end: (acknowledge) => {
      const whole = frame;
      frame = [];
      // Nobody acknowledges an own frame: what the host ordered for it goes with it.
      if (hearing) clear();
      if (whole.length === 0) return;
      if (state.mode === "busmonitor" && acknowledge !== undefined) say(acknowledge);
      if (state.mode === "normal" && !isPoll(whole[0] ?? 0)) endOfFrame(whole);
    },
    clear,
  };
};

const isForChip = (frame: Octets, address: number | null, groups: boolean): boolean => {
  if (address === null) return false;
  const [control = 0, second = 0, , fourth = 0, fifth = 0, sixth = 0] = frame;
  const standard = (control & 0x80) !== 0;
  if (!standard && (second & 0x0f) !== 0) return false;
  const destination = standard ? (fourth << 8) | fifth : (fifth << 8) | sixth;
  const toGroup = ((standard ? sixth : second) & 0x80) !== 0;
  return toGroup ? groups || destination === 0 : destination === address;
};

const FRAME_END = 0xcb;
/** FrameState.ind without an error, and with bit 6: check octet or length wrong. */
const FRAME_GOOD = 0x13;
const FRAME_BROKEN = 0x53;
