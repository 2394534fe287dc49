/** Everything that is counted besides drops (`drop.ts`). Monotonic since start. */
export const COUNTERS = {
  "rx.telegrams": "intact frames of others, repetitions of a frame already received included",
  "rx.octets": "their octets, check octets included",
  "rx.repeated": "of these, with the repeat flag",
  "rx.resyncs": "times the start of the next frame had to be searched for",
  "ack.sent": "acknowledges given to the chip",
  "ack.late": "acknowledges withheld because their moment had passed",
  "tx.requested": "frames handed to the link layer",
  "tx.sent": "frames seen on the bus, without repetitions",
  "tx.repeats": "own repetitions seen on the bus",
  "tx.confirmed": "positive confirmations",
  "tx.no-ack": "negative confirmations",
  "tx.lost": "frames whose confirmation never came",
  "tx.rejected": "frames the chip refused",
  "chip.resets": "reset indications, those after our own request included",
  "chip.unexpected-resets": "reset indications nobody asked for",
  "chip.mute": "supervision without an answer",
  "chip.slave-collision": "state indication: slave collision",
  "chip.receive-error": "state indication: the chip could not read what we sent",
  "chip.transmit-error": "state indication: sent 0, read 1",
  "chip.protocol-error": "state indication: illegal service or sequence",
  "chip.temperature-warning": "state indication: too hot",
  "chip.frame-state-error": "frame state indication with an error (NCN)",
} as const;

export type Counter = keyof typeof COUNTERS;
