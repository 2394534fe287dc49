import { type Command, InvalidArgumentError } from "commander";
import { LOAD_EVENTS, LOAD_STATES, loadCell } from "../core/app/device/model/load-table.ts";
import { RUN_EVENTS, RUN_STATES, runCell } from "../core/app/device/model/run-table.ts";
import {
  OBJECT_EVENTS,
  OBJECT_STATUSES,
  type StatusAction,
  statusCell,
} from "../core/app/group-objects/status-table.ts";
import type { TlsmStyle } from "../core/config.ts";
import { type Diagram, diagramOf, toDot, toMermaid } from "../core/diagram.ts";
import {
  LINK_STATES,
  LINK_TABLE,
  type LinkEvent,
  linkCell,
} from "../core/stack/2-dl/link-table.ts";
import {
  type Action,
  CONNECTION_EVENTS,
  connectionCell,
  statesOf,
} from "../core/stack/4-tlsm/table.ts";
import { CHILD_STATES } from "../shell/supervise/report.ts";
import { CHILD_ACTIONS, CHILD_EVENTS, childCell } from "../shell/supervise/table.ts";

type Options = Readonly<{ style: TlsmStyle; format: "dot" | "mermaid" }>;

/** `knxpi diagram` */
export const addDiagram = (program: Command): void => {
  program
    .command("diagram")
    .description("print a state machine as a picture, from the table that runs")
    .argument("<machine>", `which one: ${Object.keys(DIAGRAMS).join(", ")}`, machineOf)
    .option("--style <style>", "of tlsm, the connections: 3, 1 or 1r", styleOf, "3")
    .option("--format <format>", "mermaid or dot", formatOf, "mermaid")
    .addHelpText(
      "after",
      `
Examples:
  knxpi diagram tlsm --style 1
  knxpi diagram link --format dot | dot -Tsvg > link.svg`,
    )
    .action((machine: MachineName, { style, format }: Options) => {
      process.stdout.write(drawing(machine, style, format));
    });
};

/** The text of a picture. */
export const drawing = (
  machine: MachineName,
  style: TlsmStyle,
  format: Options["format"],
): string => {
  const diagram = DIAGRAMS[machine](style);
  return format === "dot" ? toDot(diagram) : toMermaid(diagram);
};

// biome-ignore format: a line for each machine
const DIAGRAMS = {
  tlsm: (style) => diagramOf({ title: `transport layer connection, style ${style}`, states: statesOf(style), events: CONNECTION_EVENTS, cell: (state, event) => connectionCell(style, state, event), nothing: "A0", words: ACTIONS }),
  link: () => diagramOf({ title: "link to the transceiver", states: LINK_STATES, events: LINK_EVENTS, cell: linkCell, nothing: "-" }),
  load: () => diagramOf({ title: "load state of an object", states: LOAD_STATES, events: LOAD_EVENTS, cell: loadCell, nothing: "-" }),
  run: () => diagramOf({ title: "run state of a program", states: RUN_STATES, events: RUN_EVENTS, cell: runCell, nothing: "-" }),
  objects: () => diagramOf({ title: "status of a group object", states: OBJECT_STATUSES, events: OBJECT_EVENTS, cell: statusCell, nothing: "-", words: OBJECT_ACTIONS }),
  child: () => diagramOf({ title: "life of a part of the shell", states: CHILD_STATES, events: CHILD_EVENTS, cell: childCell, nothing: "A0", words: CHILD_ACTIONS }),
} as const satisfies Record<string, (style: TlsmStyle) => Diagram>;

type MachineName = keyof typeof DIAGRAMS;

/** The actions of the standard in words. KNX 03.03.04 Transport Layer §5.3 */
const ACTIONS = {
  A0: "nothing",
  A1: "T_Connect.ind, numbers from 0",
  A2: "T_ACK, T_Data_Connected.ind",
  A3: "T_ACK once more",
  A4: "T_NAK",
  A5: "T_Disconnect.ind",
  A6: "T_Disconnect, T_Disconnect.ind",
  A7: "T_Data_Connected",
  A8: "T_Data_Connected.con, next number",
  A9: "T_Data_Connected once more",
  A10: "T_Disconnect to whoever that was",
  A11: "keep the request until later",
  A12: "T_Connect, numbers from 0",
  A13: "T_Connect.con",
  A14: "T_Disconnect, T_Disconnect.con",
  A15: "T_Disconnect.con",
} as const satisfies Record<Action, string>;

const OBJECT_ACTIONS = {
  send: "A_GroupValue_Write.req in turn",
  ask: "A_GroupValue_Read.req in turn",
  update: "the application gets the value",
} as const satisfies Record<Exclude<StatusAction, "-">, string>;

const LINK_EVENTS: readonly LinkEvent[] = Object.keys(LINK_TABLE).filter(
  (event): event is LinkEvent => event in LINK_TABLE,
);

const machineOf = (text: string): MachineName => {
  const found = Object.keys(DIAGRAMS).find((name): name is MachineName => name === text);
  if (found === undefined)
    throw new InvalidArgumentError(`There is ${Object.keys(DIAGRAMS).join(", ")}.`);
  return found;
};

const styleOf = (text: string): TlsmStyle => {
  if (text === "3" || text === "1" || text === "1r") return text;
  throw new InvalidArgumentError("There are 3, 1 and 1r.");
};

const formatOf = (text: string): Options["format"] => {
  if (text === "dot" || text === "mermaid") return text;
  throw new InvalidArgumentError("There are dot and mermaid.");
};
