import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, rmSync } from "node:fs";
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
 * A socket in it, because the kernel closes it however its process ends: whoever comes next finds out by knocking. Each has a socket
 * of its own, and looks for others once it listens: of two that begin together at least one sees the other.
 */
export const lockState = async (directory: string): Promise<Locked> => {
  const own = `${PREFIX}${randomBytes(4).toString("hex")}`;
  const path = join(directory, own);
  const server = createServer((guest) => guest.destroy());
  server.unref();
  const release = (): void => void server.close();
  try {
    checkLength(path);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      // Whoever may enter the directory may knock.
      server.listen({ path, readableAll: true, writableAll: true }, resolve);
    });
    for (const name of readdirSync(directory)) {
      if (!name.startsWith(PREFIX) || name === own) continue;
      const other = join(directory, name);
      if ((await knock(other)) !== "dead") {
        release();
        return taken(directory);
      }
      rmSync(other, { force: true });
    }
    return { ok: true, release };
  } catch (error) {
    release();
    return { ok: false, why: "disk", problem: messageOf(error) };
  }
};

/**
 * For what must not be done beside a running knxpi. A directory that is not there nobody works with.
 * @param warn is told when nobody can be kept away
 * @throws Error when one is running
 */
export const whileLocked = async <Result>(
  directory: string,
  act: () => Result,
  warn: (line: string) => void,
): Promise<Result> => {
  if (!lstatSync(directory, { throwIfNoEntry: false })) return act();
  const locked = await lockState(directory);
  if (!locked.ok && locked.why === "running")
    throw new Error(`${locked.problem}; nothing was changed`);
  if (!locked.ok)
    warn(`warning: whether knxpi is running with it cannot be told: ${locked.problem}`);
  try {
    return act();
  } finally {
    if (locked.ok) locked.release();
  }
};

const taken = (directory: string): Locked => ({
  ok: false,
  why: "running",
  problem: `knxpi is running with ${directory}: stop it first`,
});

const PREFIX = "in-use.";
