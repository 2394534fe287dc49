import { createInterface } from "node:readline";
import type { StackState } from "../core/stack/stack.ts";
import type { ReplayEvent } from "../record/replay.ts";
import { machineLines } from "../record/show.ts";

/** Asks after each impulse what to do next. */
export type Stepper = Readonly<{
  /** Resolves when it may go on. */
  after(event: ReplayEvent): Promise<"on" | "quit">;
  close(): void;
}>;

/**
 * Commands come by the line, from a terminal or from a pipe; the end of the input is `q`.
 * @param print a line for the user
 */
export const stepper = (
  input: NodeJS.ReadStream | NodeJS.ReadableStream,
  print: (line: string) => void,
): Stepper => {
  const isTerminal = "isTTY" in input && input.isTTY === true;
  const reader = createInterface({ input, terminal: false });
  const commands = reader[Symbol.asyncIterator]();
  let until: Until = "impulse";
  let state: StackState | undefined;

  const ask = async (number: number): Promise<"on" | "quit"> => {
    for (;;) {
      if (isTerminal) process.stdout.write(`#${number} [Enter n s c q ?] `);
      const { value, done } = await commands.next();
      const [word = "", path = ""] = done ? ["q"] : value.trim().split(/\s+/);
      const next = NEXT[word];
      if (next === "quit") return "quit";
      if (next !== undefined) {
        until = next;
        return "on";
      }
      if (word !== "s") print(word === "?" ? HELP : `${word}: no such command\n${HELP}`);
      else if (state === undefined) print("no state yet");
      else for (const line of stateLines(state, path)) print(line);
    }
  };

  return {
    async after(event) {
      if (event.event === "state") state = event.state;
      if (event.event !== "impulse") return "on";
      state = event.after;
      if (until === "end" || (until === "telegram" && !hasTelegram(event))) return "on";
      return ask(event.number);
    },
    close: () => reader.close(),
  };
};

type Until = "impulse" | "telegram" | "end";

const NEXT: Readonly<Record<string, Until | "quit">> = {
  "": "impulse",
  n: "telegram",
  c: "end",
  q: "quit",
};

const HELP = `Enter      the next impulse
n          the next telegram
s [PATH]   how the state machines stand, or a part of the state: s dl.link
c          on to the end
q          quit`;

const hasTelegram = ({ passed }: Extract<ReplayEvent, { event: "impulse" }>): boolean =>
  passed.some(
    (one) =>
      (one.for === "bridge" && one.type === "line.ind") ||
      (one.for === "control" && one.type === "raw"),
  );

const stateLines = (state: StackState, path: string): readonly string[] => {
  if (path === "") return machineLines(state);
  let part: unknown = state;
  const names = path.split(/[.[\]]+/).filter((name) => name !== "");
  for (const [depth, name] of names.entries()) {
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, name)) {
      const there = typeof part === "object" && part !== null ? Object.keys(part).join(", ") : "";
      const where = names.slice(0, depth).join(".");
      return [`there is no ${name}${where && ` in ${where}`}; there is: ${there || "nothing"}`];
    }
    part = Reflect.get(part, name);
  }
  return JSON.stringify(part, null, 2).split("\n");
};
