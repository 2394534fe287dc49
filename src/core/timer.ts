import type { IndividualAddress } from "./address.ts";
import type { Impulse } from "./impulse.ts";

/** `start` of a running timer restarts it; after `stop` no timeout of it arrives. */
export type DlTimer = Readonly<{
  for: "dl";
  /**
   * link: reset, identification, answer to a state request, next poll · frame: silence inside a frame ·
   * upload: next slice to the chip · confirmation: lack of progress of the frame with the chip
   */
  name: "link" | "frame" | "upload" | "confirmation";
}>;

/** due: the earliest of the bridge's own deadlines · grace: before `bridge/bus` says offline */
export type BridgeTimer = Readonly<{ for: "bridge"; name: "due" | "grace" }>;

/** Two for each connection. */
export type TlsmTimer = Readonly<{
  for: "tlsm";
  name: "connection" | "acknowledge";
  peer: IndividualAddress;
}>;

/** What a procedure waits for is overdue, or its pause is over. */
export type ClientTimer = Readonly<{ for: "client"; name: "step"; id: number }>;

/** initial-read: the next one is due · rate: the limit allows the next telegram */
export type ObjectsTimer = Readonly<{ for: "objects"; name: "initial-read" | "rate" }>;

/** One that the application declares, by its name there. */
export type ApplicationTimer = Readonly<{ for: "application"; name: string }>;

export type Timer =
  | DlTimer
  | TlsmTimer
  | ClientTimer
  | ObjectsTimer
  | ApplicationTimer
  | BridgeTimer;

/** One text for one timer, for whoever keeps them in a map. */
export const timerKey = (timer: Timer): string => {
  switch (timer.for) {
    case "tlsm":
      return `tlsm.${timer.name}.${timer.peer}`;
    case "client":
      return `client.${timer.name}.${timer.id}`;
    default:
      return `${timer.for}.${timer.name}`;
  }
};

/** What a timer becomes when its time has come. */
export const timeoutOf = (timer: Timer, at: number): Impulse => {
  switch (timer.for) {
    case "dl":
      return { for: "dl", type: "timeout", timer, at };
    case "tlsm":
      return { for: "tlsm", type: "timeout", timer, at };
    case "client":
      return { for: "client", type: "timeout", timer, at };
    case "objects":
      return { for: "objects", type: "timeout", timer, at };
    case "application":
      return { for: "application", type: "timeout", timer, at };
    case "bridge":
      return { for: "bridge", type: "timeout", timer, at };
  }
};
