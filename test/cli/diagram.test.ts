import { describe, expect, test } from "vitest";
import { drawing } from "../../src/cli/diagram.ts";
import { diagramOf, toDot, toMermaid } from "../../src/core/diagram.ts";

// biome-ignore format: one file a line
const FILES = [
  { file: "tlsm-3", machine: "tlsm", style: "3", command: "knxpi diagram tlsm --style 3", note: "" },
  { file: "tlsm-1", machine: "tlsm", style: "1", command: "knxpi diagram tlsm --style 1", note: " E15 in openWait is never met: a request of an impatient user waits (A11) in every style, `src/core/stack/4-tlsm/tlsm.ts`." },
  { file: "tlsm-1r", machine: "tlsm", style: "1r", command: "knxpi diagram tlsm --style 1r", note: "" },
  { file: "link", machine: "link", style: "3", command: "knxpi diagram link", note: "" },
  { file: "load", machine: "load", style: "3", command: "knxpi diagram load", note: "" },
  { file: "run", machine: "run", style: "3", command: "knxpi diagram run", note: "" },
  { file: "objects", machine: "objects", style: "3", command: "knxpi diagram objects", note: "" },
  { file: "child", machine: "child", style: "3", command: "knxpi diagram child", note: "" },
] as const;

describe("the diagrams in the notes are those of the tables", () => {
  test.each(FILES)("$file", async ({ file, machine, style, command, note }) => {
    const text = `Printed by \`${command}\`; a test keeps it true.${note}\n\n\`\`\`mermaid\n${drawing(machine, style, "mermaid")}\`\`\`\n`;
    await expect(text).toMatchFileSnapshot(`../../firmware-notes/diagrams/${file}.md`);
  });
});

describe("a small machine", () => {
  const door = diagramOf({
    title: "door",
    states: ["shut", "open", "locked"],
    events: ["push", "turn", 'say "please"'],
    cell: (state: "shut" | "open" | "locked", event) => {
      if (event === "push") return state === "locked" ? ["locked", "-"] : ["open", "-"];
      if (event === "turn") return state === "shut" ? ["locked", "click"] : ["shut", "click"];
      return [state, "-"];
    },
    nothing: "-",
    words: { click: "it clicks", bang: "it bangs" },
  });

  test("moves between the same states are one arrow; staying and doing nothing is none", () => {
    expect(door.arrows).toEqual([
      { from: "shut", to: "open", text: ["push / -"] },
      { from: "shut", to: "locked", text: ["turn / click"] },
      { from: "open", to: "shut", text: ["turn / click"] },
      { from: "locked", to: "shut", text: ["turn / click"] },
    ]);
    expect(door.legend).toEqual(["click: it clicks"]);
  });

  test("as dot", () => {
    expect(toDot(door).split("\n")).toEqual(
      expect.arrayContaining([
        "digraph {",
        '  s0 [label="shut"];',
        '  s0 -> s1 [label="push / -\\l"];',
        '  legend [shape=note, style="", fontsize=9, label="click: it clicks\\l"];',
      ]),
    );
  });

  test("as mermaid", () => {
    expect(toMermaid(door).split("\n")).toEqual(
      expect.arrayContaining(["flowchart TD", '  s0("shut")', '  s0 -->|"push / -"| s1']),
    );
  });

  test("what happens alike in five states is one arrow with its exceptions, and one from the beginning", () => {
    const lift = diagramOf({
      title: "lift",
      states: ["0", "1", "2", "3", "4", "stuck"],
      events: ["alarm"],
      cell: (state) => (state === "stuck" ? ["stuck", "-"] : ["stuck", "ring"]),
      nothing: "-",
    });
    expect(lift.arrows).toEqual([
      { from: null, to: "stuck", text: ["alarm / ring (not in stuck)"] },
      { from: "0", to: "stuck", text: ["alarm / ring"] },
    ]);
  });
});
