/*
 * Pictures of state machines, made from their tables: what a diagram shows is what runs.
 */

/** A state machine as its table has it. */
export type Machine<S extends string, E extends string> = Readonly<{
  /** What the picture is of, in a few words. */
  title: string;
  /** Every state; the first one is where it begins. */
  states: readonly S[];
  events: readonly E[];
  cell: (state: S, event: E) => readonly [next: S, action: string];
  /** The action that does nothing: moves with it that lead nowhere are not drawn. */
  nothing: string;
  /** What actions mean that are written as a code. */
  words?: Readonly<Record<string, string>>;
}>;

/** What is drawn: the moves from one state to one other are one arrow with a line of text for each. */
export type Diagram = Readonly<{
  title: string;
  states: readonly string[];
  arrows: readonly Arrow[];
  legend: readonly string[];
}>;

/** `from` null: from most states, the text says which it is not. */
type Arrow = Readonly<{ from: string | null; to: string; text: readonly string[] }>;

/** What happens alike in so many states is drawn once, as one arrow from all of them; from the first one again, as a beginning. */
const ALIKE = 5;

export const diagramOf = <S extends string, E extends string>(machine: Machine<S, E>): Diagram => {
  const { title, states, words = {} } = machine;
  const moves = machine.events.flatMap((event) => movesOf(machine, event));
  const arrows = new Map<string, Arrow>();
  for (const { from, to, text } of moves) {
    const key = `${from ?? ""} ${to}`;
    const before = arrows.get(key)?.text ?? [];
    arrows.set(key, { from, to, text: [...before, text] });
  }
  const used = new Set(moves.map(({ action }) => action));
  const legend = Object.entries(words)
    .filter(([action]) => used.has(action))
    .map(([action, meaning]) => `${action}: ${meaning}`);
  return { title, states, arrows: [...arrows.values()], legend };
};

/** For graphviz: `dot -Tsvg`. */
export const toDot = ({ title, states, arrows, legend }: Diagram): string => {
  const label = (lines: readonly string[]): string =>
    `"${lines.map((line) => `${line.replace(/["\\]/g, "\\$&")}\\l`).join("")}"`;
  const hasMost = arrows.some(({ from }) => from === null);
  return [
    "digraph {",
    `  label="${title}"; labelloc=t; fontname="sans-serif"; nodesep=0.6; ranksep=0.9;`,
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=9];',
    "  begin [shape=point, width=0.15];",
    ...states.map((state, index) => `  s${index} [label="${state}"];`),
    ...(hasMost ? [`  most [label="${MOST}", style="rounded,dashed"];`] : []),
    "  begin -> s0;",
    ...arrows.map(
      ({ from, to, text }) =>
        `  ${idOf(states, from)} -> ${idOf(states, to)} [label=${label(text)}${from === null ? ", constraint=false" : ""}];`,
    ),
    ...(legend.length > 0
      ? [`  legend [shape=note, style="", fontsize=9, label=${label(legend)}];`]
      : []),
    "}",
    "",
  ].join("\n");
};

/** For whatever draws Mermaid: most forges do, inside Markdown. */
export const toMermaid = ({ title, states, arrows, legend }: Diagram): string => {
  const label = (lines: readonly string[]): string =>
    `"${lines.map((line) => line.replaceAll('"', "#quot;")).join("<br/>")}"`;
  const hasMost = arrows.some(({ from }) => from === null);
  return [
    "---",
    `title: "${title}"`,
    "---",
    "flowchart TD",
    "  begin(( )) --> s0",
    ...states.map((state, index) => `  s${index}(${label([state])})`),
    ...(hasMost ? [`  most(${label([MOST])})`] : []),
    ...arrows.map(
      ({ from, to, text }) => `  ${idOf(states, from)} -->|${label(text)}| ${idOf(states, to)}`,
    ),
    ...(legend.length > 0 ? [`  legend[${label(legend)}]`] : []),
    "",
  ].join("\n");
};

type Move = Readonly<{ from: string | null; to: string; text: string; action: string }>;

/** All of one row that is worth an arrow. */
const movesOf = <S extends string, E extends string>(
  { states, cell, nothing }: Machine<S, E>,
  event: E,
): readonly Move[] => {
  const row = states.map((state) => {
    const [next, action] = cell(state, event);
    return { state, next, action, key: `${next} ${action}` };
  });
  const common = row.find(
    ({ key, action }) =>
      action !== nothing && row.filter((other) => other.key === key).length >= ALIKE,
  );
  const others = row.filter(({ key }) => key !== common?.key);
  const single = row
    .filter(({ state, key }) => key !== common?.key || state === states[0])
    .filter(({ state, next, action }) => action !== nothing || next !== state)
    .map(({ state, next, action }) => ({
      from: state,
      to: next,
      text: `${event} / ${action}`,
      action,
    }));
  if (common === undefined) return single;
  const { next, action } = common;
  const except = others.map(({ state }) => state).join(", ");
  const text = `${event} / ${action}${except === "" ? "" : ` (not in ${except})`}`;
  return [{ from: null, to: next, text, action }, ...single];
};

const MOST = "most states";

const idOf = (states: readonly string[], state: string | null): string =>
  state === null ? "most" : `s${states.indexOf(state)}`;
