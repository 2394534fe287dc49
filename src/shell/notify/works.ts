import type { LinkState } from "../../core/stack/2-dl/link-table.ts";
import type { ChildState } from "../supervise/report.ts";

/** What was seen of the receive path. Times in ms, monotonic. */
export type Seen = Readonly<{
  /** When the core last took anything at all. */
  takenAt: number;
  link: LinkState;
  /** When the link layer last moved, or took the timer it supervises the chip with. */
  linkAt: number;
  /** When the chip last said something. */
  octetAt: number;
  /** The serial port as its supervisor reports it, and when that report last changed; null while nobody supervises it. */
  port: Readonly<{ state: ChildState; at: number }> | null;
}>;

/** core: takes nothing · link: does not look after the chip · octets: none, and nothing is done about it · port: is not tried again */
export type Part = "core" | "link" | "octets" | "port";

export type Works = Readonly<{ ok: true } | { ok: false; part: Part; silentMs: number }>;

/**
 * Does the way from the chip into the core work? The event loop turns, or nobody would ask.
 *
 * A missing port, a mute chip and a bus without power are no reason to say no: another process would find the same. As long as somebody
 * goes on trying, the answer is yes; it is no when nobody does.
 */
export const works = (seen: Seen, now: number): Works => {
  if (seen.port?.state === "failed")
    return { ok: false, part: "port", silentMs: now - seen.port.at };
  const limits = LIMITS_MS[seen.link];
  const last = {
    core: seen.takenAt,
    link: seen.linkAt,
    octets: seen.octetAt,
    port: seen.port?.at ?? now,
  } satisfies Record<Part, number>;
  for (const part of PARTS) {
    const limit = limits[part];
    const silentMs = now - last[part];
    if (limit !== null && silentMs > limit) return { ok: false, part, silentMs };
  }
  return { ok: true };
};

/** In the order in which one keeps the next from working. */
const PARTS: readonly Part[] = ["core", "link", "octets", "port"];

/** The bridge reports its health every minute. */
const CORE_MS = 3 * 60_000;
/** The longest wait of a link with a chip is 2 s, from one look at it to the next. `timing.md`, Timers and limits of the link layer */
const LINK_MS = 3 * 2_000;
/** The longest pause between two series of resets is 30 s. */
const PAUSE_MS = 3 * 30_000;
/** The longest pause between two tries is 30 s; one to a network address takes 10 s. */
const PORT_MS = 3 * (30_000 + 10_000);

/** How long each part may be silent in a state of the link; null: for ever. */
// biome-ignore format: read by column
const LIMITS_MS = {
  // Without a port the link waits, and the port is tried again and again.
  closed:      { core: CORE_MS, link: null,     octets: null,    port: PORT_MS },
  // Reset.req and questions are repeated every 0.5 s at most.
  resetting:   { core: CORE_MS, link: LINK_MS,  octets: null,    port: null },
  identifying: { core: CORE_MS, link: LINK_MS,  octets: null,    port: null },
  checking:    { core: CORE_MS, link: LINK_MS,  octets: null,    port: null },
  // A mute chip is reset, and in the end its port opened anew.
  pausing:     { core: CORE_MS, link: PAUSE_MS, octets: null,    port: null },
  // A chip that says nothing for 2 s is asked, and is not online any more 1.5 s later.
  online:      { core: CORE_MS, link: LINK_MS,  octets: LINK_MS, port: null },
  polling:     { core: CORE_MS, link: LINK_MS,  octets: LINK_MS, port: null },
  unpowered:   { core: CORE_MS, link: LINK_MS,  octets: null,    port: null },
  // In this mode a chip answers nothing, and a line may be silent for days.
  busmonitor:  { core: CORE_MS, link: null,     octets: null,    port: null },
} as const satisfies Record<LinkState, Record<Part, number | null>>;
