import { lstatSync, mkdirSync, rmSync, type Stats } from "node:fs";
import { connect, type Server } from "node:net";
import { join } from "node:path";

/** What decides where sockets lie. */
export type Surroundings = Readonly<{
  env: Readonly<Record<string, string | undefined>>;
  /** 0: root. */
  uid: number;
  /** For temporary files of everybody. */
  tmpdir: string;
  /** For what the system runs: `/run`. */
  run: string;
}>;

type Folder = Readonly<{
  path: string;
  /** When we have to make it; absent: somebody else does. */
  mode?: number;
  /** Others can make files beside it, so its owner is looked at. */
  exposed?: true;
}>;

/** The folder for sockets of a process that is started here. */
export const runtimeFolder = (surroundings: Surroundings): Folder => {
  const [first] = candidates(surroundings);
  return first ?? temporary(surroundings);
};

/** Every folder where a running knxpi may have its socket, for whoever looks for it. */
export const runtimeFolders = (surroundings: Surroundings): readonly Folder[] => {
  const system = { path: join(surroundings.run, "knxpi") };
  const all = [...candidates(surroundings), system, temporary(surroundings)];
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index);
};

const candidates = ({ env, uid, run }: Surroundings): readonly Folder[] => {
  const { RUNTIME_DIRECTORY: systemd, XDG_RUNTIME_DIR: user } = env;
  return [
    // systemd separates several by colons.
    ...(systemd ? [{ path: systemd.split(":")[0] ?? systemd }] : []),
    ...(user ? [{ path: join(user, "knxpi"), mode: 0o700 }] : []),
    ...(uid === 0 ? [{ path: join(run, "knxpi"), mode: 0o750 }] : []),
  ];
};

const temporary = ({ tmpdir, uid }: Surroundings): Folder => ({
  path: join(tmpdir, `knxpi-${uid}`),
  mode: 0o700,
  exposed: true,
});

/** The name of an instance's socket in its folder. */
export const socketName = (instance: string): string => `${instance}.sock`;

/**
 * Makes the folder when it is missing.
 * @throws Error when it is not what it should be: a folder of somebody else, or open to everybody
 */
export const prepareFolder = ({ path, mode, exposed }: Folder, uid: number): void => {
  if (mode !== undefined) mkdirSync(path, { recursive: true, mode });
  if (exposed) checkOwner(path, uid);
};

/** @throws Error when somebody else could have put something there */
export const checkOwner = (path: string, uid: number): void => {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) throw new Error(`${path} is no folder; take it away`);
  if (stats.uid !== uid) throw new Error(`${path} belongs to somebody else (user ${stats.uid})`);
  if ((stats.mode & 0o022) !== 0)
    throw new Error(`${path} can be written by others; chmod 700 ${path}`);
};

/**
 * Makes sure that the path is free: the socket of a process that has died is taken away.
 * @throws Error when somebody answers there, or when it is no socket
 */
export const claim = async (path: string): Promise<void> => {
  checkLength(path);
  const stats = statsOf(path);
  if (stats === undefined) return;
  if (!stats.isSocket())
    throw new Error(`${path} is there and is no socket; take it away, or choose control.socket`);
  if ((await knock(path)) === "alive")
    throw Object.assign(
      new Error(
        `another knxpi answers at ${path}: stop it, or give this one another instance or control.socket`,
      ),
      { code: IN_USE },
    );
  rmSync(path, { force: true });
};

/** Node would cut it, and make a file that is called otherwise. @throws Error when it is too long */
export const checkLength = (path: string): void => {
  if (Buffer.byteLength(path) > LONGEST)
    throw new Error(`${path} is too long for a socket: ${LONGEST} octets are possible`);
};

/** Who is behind a socket file. `denied`: somebody may be, but not for us. */
export const knock = (path: string): Promise<"alive" | "dead" | "denied"> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve("alive");
    });
    socket.once("error", (error) =>
      resolve("code" in error && error.code === "EACCES" ? "denied" : "dead"),
    );
  });

/** The file has its permissions from the first moment on: nobody can slip in before. */
export const listenWithMode = (server: Server, path: string, mode: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(new Error(`the control socket ${path} cannot be opened: ${error.message}`));
    server.once("error", failed);
    // The file is made before `listen` returns.
    const before = process.umask(0o777 & ~mode);
    try {
      server.listen(path, () => {
        server.off("error", failed);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });

const statsOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

/** The code of the error when somebody answers there. */
export const IN_USE = "EADDRINUSE";

/** sun_path of Linux, without the zero at its end. */
const LONGEST = 107;
