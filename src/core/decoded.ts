import type { DropReason } from "./drop.ts";

/** What a decoder returns: a value, or why there is none. Decoders never throw. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: DropReason };

/** The value that was decoded. */
export const ok = <T>(value: T): Decoded<T> => ({ ok: true, value });
/** Why there is none. */
export const bad = (reason: DropReason): Decoded<never> => ({ ok: false, reason });
