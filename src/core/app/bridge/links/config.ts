import type { GroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";

/**
 * A topic of somebody else and a group address: `mqtt-interface.md` §15.2. Checked by the configuration loader. With both ways
 * it is a two-way link.
 */
export type LinkConfig = Readonly<{
  ga: GroupAddress;
  topic: string;
  /** MQTT → KNX. */
  inward: Inward | null;
  /** KNX → MQTT. */
  outward: Outward | null;
  /** §17.6, with both ways: for so many ms a value is ignored that comes back from where it was just sent. */
  guardMs: number;
}>;

/** What comes from the topic drives a provided object. What paces it stands with the object: `ObjectConfig`. */
export type Inward = Readonly<{
  /** Reference tokens of a JSON Pointer (RFC 6901); null: the whole payload. */
  pointer: readonly string[] | null;
  /** From the text of what came to what it means; null: it means itself. */
  map: Readonly<Record<string, JsonValue>> | null;
  /** value · factor + offset */
  scale: Readonly<{ factor: number; offset: number }> | null;
  /** Without a message for so many ms the object is unknown; null: it stays. */
  staleMs: number | null;
}>;

export type Outward = Readonly<{
  /** From the JSON of the value to the payload; null: the bare value. */
  map: Readonly<Record<string, string>> | null;
  /** Which telegrams are forwarded. */
  on: "write" | "response" | "any";
  retain: boolean;
}>;
