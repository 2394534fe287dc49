import { Command, CommanderError } from "commander";
import { vi } from "vitest";
import { addBackup } from "../../src/cli/backup.ts";
import { addDevice } from "../../src/cli/device.ts";
import { addDoctor } from "../../src/cli/doctor.ts";
import { addDpt } from "../../src/cli/dpt.ts";
import { addExport } from "../../src/cli/export.ts";
import { addGroup } from "../../src/cli/group.ts";
import { addLog } from "../../src/cli/log.ts";
import { addStatus, addTransitions } from "../../src/cli/look.ts";
import { addMem } from "../../src/cli/mem.ts";
import { addMonitor } from "../../src/cli/monitor.ts";
import { addProp } from "../../src/cli/prop.ts";
import { addReplay } from "../../src/cli/replay.ts";
import { addState } from "../../src/cli/state.ts";

export type Ran = Readonly<{ code: number; out: readonly string[]; err: string }>;

/** One command as somebody types it, as `main.ts` runs it. */
export const knxpi = async (...args: readonly string[]): Promise<Ran> => {
  const out: string[] = [];
  let err = "";
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void out.push(line));
  const error = vi.spyOn(console, "error").mockImplementation((line: string) => {
    err += `${line}\n`;
  });
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program((text) => {
      err += text;
    }).parseAsync(args, { from: "user" });
    return { code: Number(process.exitCode), out, err };
  } catch (thrown) {
    if (thrown instanceof CommanderError) return { code: thrown.exitCode === 0 ? 0 : 2, out, err };
    if (!(thrown instanceof Error) || thrown.constructor !== Error) throw thrown;
    return { code: 1, out, err: `${err}${thrown.message}` };
  } finally {
    process.exitCode = before;
    log.mockRestore();
    error.mockRestore();
  }
};

const program = (writeErr: (text: string) => void): Command => {
  const root = new Command("knxpi");
  for (const add of [
    addStatus,
    addTransitions,
    addLog,
    addMonitor,
    addGroup,
    addDevice,
    addProp,
    addMem,
    addDpt,
    addReplay,
    addState,
    addBackup,
    addExport,
    addDoctor,
  ])
    add(root);
  for (const command of [
    root,
    ...root.commands,
    ...root.commands.flatMap(({ commands }) => commands),
  ])
    command.exitOverride().configureOutput({ writeErr, writeOut: writeErr });
  return root;
};
