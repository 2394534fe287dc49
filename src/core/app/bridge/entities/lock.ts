import type { EntityOf } from "./config.ts";
import {
  both,
  type EntityKind,
  type Fields,
  type Step,
  SWITCH,
  sent,
  step,
  type View,
  type Wanted,
} from "./kind.ts";
import { lockOrUnlock, onOff, unsupported } from "./words.ts";

/** 1 is locked, unless `invert`. `open` lets a door be pushed open once. */
export const LOCK = {
  roles: {
    lock: both(...SWITCH, "1.009"),
    open: sent("1.001", "1.017"),
  },
  needs: ["lock"],
  names: { state: "state", lock: "state", open: "open" },
} as const satisfies EntityKind;

export const planLock = (
  { roles, invert }: EntityOf<"lock">,
  { state, open }: Wanted,
): readonly Step[] => {
  const opens = open === undefined ? false : onOff("open", open);
  if (typeof opens === "object") return [opens];
  const wanted = state === undefined ? undefined : lockOrUnlock("state", state);
  if (typeof wanted === "object") return [wanted];
  const push: Step = roles.open
    ? step("open", true)
    : unsupported("This lock has no object that opens the door");
  return [
    ...(wanted === undefined || wanted === "open"
      ? []
      : [step("lock", (wanted === "lock") !== invert)]),
    ...(wanted === "open" || opens ? [push] : []),
  ];
};

export const lockState = ({ invert }: EntityOf<"lock">, view: View): Fields => {
  const value = view("lock")?.value;
  const state = typeof value === "boolean" ? (value !== invert ? "LOCKED" : "UNLOCKED") : null;
  return { state };
};
