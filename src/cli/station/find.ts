import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  checkOwner,
  knock,
  runtimeFolders,
  type Surroundings,
  socketName,
} from "../../shell/control/socket-file.ts";

/**
 * The socket of a running knxpi, where those usually are.
 * @param instance undefined: the only one there is
 * @throws Error that says where was looked, and what to do
 */
export const findSocket = async (
  instance: string | undefined,
  surroundings: Surroundings,
): Promise<string> => {
  const folders = runtimeFolders(surroundings).filter((folder) => isSafe(folder, surroundings));
  const paths = folders.flatMap(({ path }) => socketsIn(path, instance));
  const states = await Promise.all(paths.map(async (path) => ({ path, state: await knock(path) })));
  const alive = states.filter(({ state }) => state === "alive").map(({ path }) => path);
  const [only, ...others] = alive;
  if (only !== undefined && (others.length === 0 || instance !== undefined)) return only;
  if (only !== undefined)
    throw new Error(
      `several knxpi are running: ${alive.join(", ")}; choose one with --instance or --socket`,
    );
  const denied = states.filter(({ state }) => state === "denied").map(({ path }) => path);
  if (denied.length > 0)
    throw new Error(
      `${denied.join(", ")} is not for this user; try sudo, or join the group that the socket belongs to`,
    );
  const name = socketName(instance ?? "*");
  throw new Error(
    [
      "no running knxpi was found; looked for",
      ...runtimeFolders(surroundings).map(({ path }) => `  ${join(path, name)}`),
      "Start one with knxpi run, name its socket with --socket, or use the port directly with --port.",
    ].join("\n"),
  );
};

const socketsIn = (folder: string, instance: string | undefined): readonly string[] => {
  if (instance !== undefined) return [join(folder, socketName(instance))];
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(socketName("")))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};

/** A folder that others can write to may hold a trap. */
const isSafe = (
  { path, exposed }: ReturnType<typeof runtimeFolders>[number],
  { uid }: Surroundings,
): boolean => {
  if (!exposed) return true;
  try {
    checkOwner(path, uid);
    return true;
  } catch {
    return false;
  }
};
