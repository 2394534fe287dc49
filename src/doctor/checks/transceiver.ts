import { type Finding, type Remedy, speaker } from "../finding.ts";
import type { ChipReport, Heard, LineSettings } from "../probe/chip.ts";
import type { Wanted } from "../wanted.ts";

const { ok, note, warning, problem } = speaker("transceiver");

/** What the transceiver has answered, and what its silence may come from, the most likely cause first. */
export const checkTransceiver = (
  report: ChipReport,
  wanted: Wanted,
  path: string,
): readonly Finding[] => {
  switch (report.is) {
    case "unopened":
      return [problem("chip", `${path} cannot be opened: ${report.error}`, UNOPENED[report.fault])];
    case "mute":
      return [
        problem("chip", HEARD[report.heard].what(report.tried), ...HEARD[report.heard].remedy),
      ];
    case "answered":
      return [
        ...chipOf(report, wanted),
        lineOf(report),
        busOf(report),
        ...latencyOf(report, wanted),
      ];
  }
};

type Answered = Extract<ChipReport, { is: "answered" }>;

const chipOf = (
  { chip, identified, crystalFault }: Answered,
  wanted: Wanted,
): readonly Finding[] => {
  const shown = identified
    ? `${NAMES[chip]} answers`
    : "a transceiver answers; it does not say which one, so it is taken for a TP-UART 2";
  const named =
    wanted.chip === "auto" || wanted.chip === chip
      ? identified || wanted.chip === chip
        ? ok("chip", shown)
        : note(
            "chip",
            shown,
            `In the configuration, below knx: write  chip: ${chip}  or which one it is.`,
          )
      : problem(
          "chip",
          `${shown}, and the configuration says ${wanted.chip}`,
          `In the configuration, below knx: write  chip: ${identified ? chip : "auto"}`,
        );
  return crystalFault
    ? [
        named,
        problem(
          "crystal",
          "the transceiver says that its oscillator does not run as it should",
          "Look at the quartz and its capacitors; such a module looks as if telegrams were damaged.",
        ),
      ]
    : [named];
};

const lineOf = ({ line, wanted }: Answered): Finding =>
  wanted === null
    ? ok("line", `at ${lineText(line)}, as configured`)
    : problem(
        "line",
        `no answer at ${lineText(wanted)}, as configured, but at ${lineText(line)}`,
        "In the configuration, below knx: write",
        `baud: ${line.baud}`,
        `parity: ${line.parity}`,
      );

const busOf = ({ powered }: Answered): Finding =>
  powered
    ? ok("bus", "there is voltage on the bus")
    : problem(
        "bus",
        "the transceiver lives, but there is no voltage on the bus",
        "Look whether the red and black wires are connected, the right way round, and whether the power supply of the line is on.",
      );

const latencyOf = ({ line }: Answered, { acknowledge }: Wanted): readonly Finding[] =>
  line.baud < 19_200 && acknowledge === "host"
    ? [
        warning(
          "acknowledge",
          `at ${line.baud} Bd acknowledges of short telegrams come too late`,
          "Strap the chip to 19200 or more, or: knx.acknowledge: chip",
        ),
      ]
    : [];

/** `19200 8E1` */
export const lineText = ({ baud, parity }: LineSettings): string =>
  `${baud} ${parity === "even" ? "8E1" : "8N1"}`;

const NAMES = {
  tpuart2: "a TP-UART 2",
  ncn5120: "an NCN5120, 5121 or 5130",
  e981: "an E981.03",
} as const;

const WIRES =
  "Wires: TXD of the chip to pin 10, RXD to pin 8, GND to pin 6, 3.3 V levels; not TXD to TXD.";

const HEARD: Readonly<
  Record<Heard, Readonly<{ what(tried: readonly LineSettings[]): string; remedy: Remedy }>>
> = {
  nothing: {
    what: (tried) => `no transceiver answers, at ${tried.map(lineText).join(", ")}`,
    remedy: [
      "Bus: a transceiver that is fed by the bus says nothing without it. Are red and black connected, and is the line's supply on?",
      WIRES,
      "Port: is this the one that leads to the transceiver? See uart, console and holder above.",
      "Module: only TP-UART 2, NCN5120 to 5130 and E981.03 speak this protocol; NCN5110, STKNX and modules with a stack of their own do not.",
    ],
  },
  echo: {
    what: () => "the port hears what it says itself, and no transceiver",
    remedy: ["TXD and RXD are connected with each other: take the bridge out.", WIRES],
  },
  text: {
    what: () => "somebody else talks on the port: what arrives is text",
    remedy: [
      "A console, a login, or a device that is no transceiver: see console, login and holder above, and what is plugged in there.",
    ],
  },
  baos: {
    what: () =>
      "a module with a stack of its own answers (FT1.2, such as Weinzierl BAOS 83x, kBerry): no transceiver",
    remedy: [
      "It cannot be used as a transceiver. Take a module with a TP-UART 2, NCN5120 to 5130 or E981.03.",
    ],
  },
  noise: {
    what: (tried) =>
      `octets arrive, but no answer that makes sense, at ${tried.map(lineText).join(", ")}`,
    remedy: [
      "Speed and parity of the chip: look at its straps, then set knx.baud and knx.parity.",
      "Something else on the port: see console, login and holder above.",
      "Ground and levels: GND of module and Pi connected, 3.3 V on both sides.",
    ],
  },
};

const UNOPENED: Readonly<Record<Extract<ChipReport, { is: "unopened" }>["fault"], string>> = {
  absent: "See port above.",
  denied: "See permission above.",
  busy: "See holder above.",
  "not-a-port": "knx.port leads to something that is no serial port: name another one.",
  unreachable: "Nobody answers at that address: check host, port, and ser2net there.",
  "unknown-host": "The host name is not known: check knx.port and the name server.",
  lost: "It has gone while it was opened: look at the plug, and at dmesg.",
  other: "dmesg | tail tells more.",
};
