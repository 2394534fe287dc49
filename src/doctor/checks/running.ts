import * as z from "zod";
import { type Finding, speaker } from "../finding.ts";
import type { Instance } from "../instance.ts";

const transceiver = speaker("transceiver");
const knxpi = speaker("knxpi");

/** What a running bridge says of itself, as far as it is of interest here; older and newer ones say less and more. */
const STATUS = z.looseObject({
  version: z.string(),
  instance: z.string(),
  uptime: z.number(),
  address: z.string(),
  addressConflict: z.nullish(z.looseObject({ frames: z.number(), secondsAgo: z.number() })),
  link: z.looseObject({ state: z.string(), bus: z.string(), chip: z.nullish(z.string()) }),
  counters: z.record(z.string(), z.number()),
  parts: z
    .array(
      z.looseObject({
        name: z.string(),
        state: z.string(),
        restarts: z.number(),
        problem: z.nullish(z.string()),
      }),
    )
    .optional(),
});
export type Running = z.output<typeof STATUS>;

/** @returns undefined when this is no status */
export const readStatus = (result: unknown): Running | undefined => STATUS.safeParse(result).data;

/** The bridge has the transceiver, so it is asked instead. */
export const checkRunning = (
  status: Running,
  version: string,
  instance: Instance,
): readonly Finding[] => [
  status.version === version
    ? knxpi.ok("running", `${status.instance} runs since ${since(status.uptime)}`)
    : knxpi.warning(
        "running",
        `${status.instance} runs version ${status.version}, and this is ${version}`,
        `sudo systemctl restart ${instance.unit}`,
      ),
  ...partsOf(status, instance),
  ...linkOf(status, instance),
  conflictOf(status),
  ...countersOf(status),
];

const linkOf = ({ link }: Running, { unit, doctor }: Instance): readonly Finding[] => {
  const chip = link.chip == null ? "the transceiver" : `the transceiver (${link.chip})`;
  switch (link.bus) {
    case "online":
      return [
        transceiver.ok("chip", `${chip} answers the running bridge`),
        transceiver.ok("bus", "there is voltage on the bus"),
      ];
    case "no_power":
      return [
        transceiver.problem(
          "bus",
          `${chip} has answered before; now there is no voltage on the bus, or no answer any more`,
          "Look at the supply of the line and at the wires of the bus.",
        ),
      ];
    case "no_port":
      return [
        transceiver.problem("chip", "the running bridge cannot open its port", "See port above."),
      ];
    case "busmonitor":
      return [
        transceiver.note(
          "chip",
          `${chip} only listens: somebody watches the line with knxpi monitor --raw`,
          "It works as usual again when that ends.",
        ),
      ];
    default:
      return [
        transceiver.problem(
          "chip",
          `no transceiver answers the running bridge (${link.bus})`,
          "Stop it, so that the port can be looked at with other speeds, then ask again:",
          `sudo systemctl stop ${unit} && sudo ${doctor}`,
        ),
      ];
  }
};

const conflictOf = ({ address, addressConflict }: Running): Finding =>
  addressConflict == null
    ? transceiver.ok("own-address", `nobody else has sent as ${address} since the start`)
    : transceiver.problem(
        "own-address",
        `another device sends as ${address}: ${addressConflict.frames} telegrams, the last one ${since(addressConflict.secondsAgo)} ago`,
        "Give the bridge an address that is free (knx.address), or the other one: knxpi device scan shows which are in use.",
      );

/** What grows only when something is not as it should be. */
const countersOf = ({ counters }: Running): readonly Finding[] => {
  const of = (name: string): number => counters[name] ?? 0;
  const telegrams = of("rx.telegrams");
  const late = of("ack.late");
  const acknowledged = of("ack.sent");
  const resets = of("chip.unexpected-resets");
  return [
    ...(late > Math.max(5, acknowledged / 100)
      ? [
          transceiver.warning(
            "acknowledge",
            `${late} acknowledges came too late, ${acknowledged} in time: others repeat what they send to us`,
            "Faster host line (NCN 38400 8N1, TP-UART 2+ 115200), FTDI latency 1 ms, or knx.acknowledge: chip. The page firmware-notes/raspberry-pi-uart.md tells why.",
          ),
        ]
      : []),
    ...(of("dl.check-octet") + of("rx.resyncs") > Math.max(5, telegrams / 100)
      ? [
          transceiver.warning(
            "damaged",
            `${of("dl.check-octet")} damaged telegrams and ${of("rx.resyncs")} times out of step in ${telegrams} telegrams`,
            "Look for another reader of the port (holder), for lost octets (overruns), and at the wires between Pi and module.",
          ),
        ]
      : []),
    ...(resets > 0
      ? [
          transceiver.warning(
            "chip-resets",
            `the transceiver has reset itself ${resets} times`,
            "Look at its supply and at the contacts of the bus.",
          ),
        ]
      : []),
  ];
};

const partsOf = ({ parts = [] }: Running, { unit }: Instance): readonly Finding[] =>
  parts.flatMap(({ name, state, restarts, problem }) =>
    state === "failed" || state === "waiting"
      ? [
          knxpi.problem(
            `part-${name}`,
            `${name} does not work: ${problem ?? state}`,
            `It has been tried ${restarts} times again. knxpi status and the log tell more: journalctl -u ${unit} -e`,
          ),
        ]
      : restarts > MANY_RESTARTS
        ? [
            knxpi.warning(
              `part-${name}`,
              `${name} works, but had to be started again ${restarts} times${problem ? `, last because of: ${problem}` : ""}`,
              `journalctl -u ${unit} -e`,
            ),
          ]
        : [],
  );

/** 4 min, 3 h, 12 days */
const since = (seconds: number): string => {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} days`;
};

const MANY_RESTARTS = 3;
