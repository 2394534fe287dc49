import { lstatSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { checkLength, knock } from "../control/socket-file.ts";
import { messageOf } from "./files.ts";

/** `running`: another process works with it. `disk`: nobody can be kept away, because nothing can be written there. */
export type Locked = Readonly<
  { ok: true; release(): void } | { ok: false; why: "running" | "disk"; problem: string }
>;

/**
 * One process at a time works with a state directory: what one of them has in memory it would write over what another has written.
 * A socket in it, because the kernel closes it however its process ends: whoever comes next finds out by knocking.
 */
export const lockState = async (directory: string): Promise<Locked> => {
  const path = join(directory, LOCK_FILE);
  try {
    checkLength(path);
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) {
      if ((await knock(path)) !== "dead") return taken(directory);
      rmSync(path, { force: true });
    }
    const server = createServer((guest) => guest.destroy());
    server.unref();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      // Whoever may enter the directory may knock.
      server.listen({ path, readableAll: true, writableAll: true }, resolve);
    });
    return { ok: true, release: () => void server.close() };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      return taken(directory);
    return { ok: false, why: "disk", problem: messageOf(error) };
  }
};

/**
 * For what must not be done beside a running knxpi. A directory that is not there nobody works with.
 * @throws Error when one is running, or that cannot be told
 */
export const whileLocked = async <Result>(
  directory: string,
  act: () => Result,
): Promise<Result> => {
  if (!lstatSync(directory, { throwIfNoEntry: false })) return act();
  const locked = await lockState(directory);
  if (!locked.ok) throw new Error(`${locked.problem}; nothing was changed`);
  try {
    return act();
  } finally {
    locked.release();
  }
};

const taken = (directory: string): Locked => ({
  ok: false,
  why: "running",
  problem: `knxpi is running with ${directory}: stop it first`,
});

const LOCK_FILE = "in-use";
