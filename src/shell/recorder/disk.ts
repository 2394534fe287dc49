import * as promises from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Counter } from "../../core/counter.ts";
import { encodeLine, linePieces, type RecordEnd, type RecordHead } from "../../record/format.ts";
import { isMissing, messageOf } from "../store/files.ts";
import type { ChildSpec, Life } from "../supervise/child.ts";
import { STORE } from "../supervise/strategy.ts";
import {
  crashesIn,
  FOLDER,
  type RecordingFile,
  recordingName,
  recordingsIn,
  recordingsToRemove,
} from "./folder.ts";
import { type Boundary, hashInSlices, packed, packedPieces, type Start } from "./pack.ts";
import type { Keeper } from "./tape.ts";

/** The calls of `node:fs/promises` that it needs. */
export type RecordingFiles = Readonly<{
  mkdir(path: string, options: Readonly<{ recursive: true; mode: number }>): Promise<unknown>;
  readdir(path: string): Promise<readonly string[]>;
  stat(path: string): Promise<Readonly<{ size: number; mtimeMs: number }>>;
  unlink(path: string): Promise<void>;
  open(path: string, flags: "wx", mode: number): Promise<OpenFile>;
}>;
type OpenFile = Readonly<{
  appendFile(octets: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}>;

export type DiskOptions = Readonly<{
  /** The state directory. */
  directory: string;
  maxAgeMs: number;
  maxOctets: number;
  head(): RecordHead;
  log: Logger;
  count?: ((counter: Counter, by: number) => void) | undefined;
  files?: RecordingFiles | undefined;
  now?: (() => number) | undefined;
}>;

export type Disk = Keeper &
  Readonly<{
    /** What was gathered is on its way to the disk. */
    flush(): void;
    /** Everything is on the disk, or cannot be. */
    settled(): Promise<void>;
    /** No more after this. */
    end(why: "stopped", last: Boundary | undefined): Promise<void>;
    /** Tries again after a failure: to be supervised. */
    child: ChildSpec;
    file(): string | undefined;
  }>;

/**
 * Recordings on the disk: one file after the other, each of which can be replayed alone. Whatever the disk says, nothing else suffers: it is
 * said once, and its supervisor lets it try again, with a new file.
 */
export const openDisk = (options: DiskOptions): Disk => {
  const { directory, maxAgeMs, maxOctets, head, log, count = () => undefined } = options;
  const { files = promises, now = Date.now } = options;
  const folder = join(directory, FOLDER);
  const fileOctets = Math.max(LEAST_FILE, maxOctets / FILES);
  /** What is asked of us and not done yet. */
  let jobs: (() => Promise<void>)[] = [];
  let work: Promise<void> | undefined;
  let queued = 0;
  /** The file that is being written, or is going to be: octets without its first state, and since when; undefined: none. */
  let planned: { octets: number; since: number } | undefined;
  let file: { handle: OpenFile; name: string } | undefined;
  let gathered: Uint8Array[] = [];
  let gatheredOctets = 0;
  let sinceTidy = 0;
  let life: Life | undefined;
  /** `paused`: it has failed, and nothing is begun before the next life; `tries`: nothing was written since. */
  let how: "works" | "paused" | "tries" = "works";
  let isOver = false;

  const later = (job: () => Promise<void>): void => {
    jobs.push(job);
    work ??= run();
  };

  const run = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift())
      try {
        await job();
      } catch (error) {
        await pause(error);
      }
    work = undefined;
  };

  /** Nothing is written for a while. */
  const pause = async (error: unknown): Promise<void> => {
    [jobs, planned, gathered, gatheredOctets, queued] = [[], undefined, [], 0, 0];
    const broken = file;
    file = undefined;
    count("recorder.disk-failures", 1);
    if (how === "works") log.warn({ folder, problem: messageOf(error) }, PAUSED);
    how = "paused";
    await broken?.handle.close().catch(() => undefined);
    life?.broke(error);
  };

  const gather = async (octets: Uint8Array): Promise<void> => {
    gathered.push(octets);
    gatheredOctets += octets.length;
    if (gatheredOctets >= WRITE) await write();
  };

  const write = async (): Promise<void> => {
    if (file === undefined || gatheredOctets === 0) return;
    const octets = Buffer.concat(gathered);
    [gathered, gatheredOctets] = [[], 0];
    if (sinceTidy + octets.length >= HEADROOM) await tidy();
    await file.handle.appendFile(octets);
    sinceTidy += octets.length;
    count("recorder.disk-octets", octets.length);
    if (how === "works") return;
    log.info({ folder, file: file.name }, GOES_ON);
    how = "works";
    life?.up();
  };

  const begin = async (start: Start): Promise<void> => {
    await files.mkdir(folder, { recursive: true, mode: 0o700 });
    await tidy();
    file = await create();
    await gather(await packed(`${encodeLine({ line: "head", head: head() })}\n${gapText(start)}`));
    const { at, state } = start;
    for await (const member of packedPieces(linePieces({ line: "state", at, state })))
      await gather(member);
    await gather(await packed("\n"));
  };

  const create = async (again = 0): Promise<{ handle: OpenFile; name: string }> => {
    const name = recordingName(now(), again);
    try {
      return { handle: await files.open(join(folder, name), "wx", 0o600), name };
    } catch (error) {
      if (again < SAME_SECOND && isThere(error)) return create(again + 1);
      throw error;
    }
  };

  const finish = async (why: RecordEnd["why"], last: Boundary | undefined): Promise<void> => {
    if (file === undefined) return;
    if (last !== undefined) {
      const end = { at: last.at, hash: await hashInSlices(last.state), why };
      await gather(await packed(`${encodeLine({ line: "end", end })}\n`));
    }
    await write();
    const { handle } = file;
    file = undefined;
    await handle.sync();
    await handle.close();
  };

  /** Old recordings go. */
  const tidy = async (): Promise<void> => {
    sinceTidy = 0;
    const found = await filesIn(folder, files);
    const limits = { maxAgeMs, maxOctets: maxOctets - 2 * HEADROOM };
    for (const name of recordingsToRemove(found, limits, now(), file?.name))
      await unlessGone(files.unlink(join(folder, name)));
  };

  later(async () => {
    await files.mkdir(folder, { recursive: true, mode: 0o700 });
    await tidy();
  });
  return {
    wantsStart: () =>
      !isOver &&
      how !== "paused" &&
      (planned === undefined || planned.octets >= fileOctets || now() - planned.since >= FILE_MS),
    start(start, last) {
      if (isOver || how === "paused") return;
      planned = { octets: 0, since: now() };
      later(() => finish("full", last));
      later(() => begin(start));
    },
    take({ octets }) {
      if (isOver || planned === undefined) return;
      planned.octets += octets.length;
      queued += octets.length;
      if (queued > BACKLOG) {
        jobs = [() => Promise.reject(new Error("the disk is too slow"))];
        return;
      }
      later(async () => {
        queued -= octets.length;
        await gather(octets);
      });
    },
    flush: () => later(write),
    async settled() {
      await work;
    },
    async end(why, last) {
      isOver = true;
      later(() => finish(why, last));
      await work;
    },
    child: {
      name: "recorder",
      strategy: STORE,
      start(now) {
        life = now;
        if (how === "paused") how = "tries";
        // After a failure nobody knows before something is written.
        if (how === "works") now.up();
      },
      // What it has to say it has said.
      tell: (error) => `${folder}: ${messageOf(error)}`,
    },
    file: () => file?.name,
  };
};

/** What is there, oldest first; crashes last. @throws what the disk says; a folder that is not there has none */
export const listRecordings = async (
  directory: string,
  files: RecordingFiles = promises,
): Promise<Readonly<{ folder: string; files: readonly RecordingFile[] }>> => {
  const folder = join(directory, FOLDER);
  const found = (await unlessGone(filesIn(folder, files))) ?? [];
  return { folder, files: [...recordingsIn(found), ...crashesIn(found)] };
};

const filesIn = async (
  folder: string,
  files: RecordingFiles,
): Promise<readonly RecordingFile[]> => {
  const names = await files.readdir(folder);
  const found = await Promise.all(
    names.map(async (name) => {
      const stat = await unlessGone(files.stat(join(folder, name)));
      return stat ? [{ name, octets: stat.size, modified: stat.mtimeMs }] : [];
    }),
  );
  return found.flat();
};

const gapText = ({ gap }: Start): string =>
  gap === 0 ? "" : `${encodeLine({ line: "gap", impulses: gap })}\n`;

/** Somebody else may clear up here as well. */
const unlessGone = async <T>(act: Promise<T>): Promise<T | undefined> => {
  try {
    return await act;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

const isThere = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EEXIST";

const PAUSED =
  "recording to disk pauses, everything else goes on: make room there, or mend it; it is tried again, after ten minutes at most";
const GOES_ON = "recording to disk goes on";
/** Octets that are written at a time: memory cards wear with every write. */
const WRITE = 64 * 1024;
/** Octets that may wait for a disk that does not answer. */
const BACKLOG = 4 * 1024 * 1024;
/** So many files make up what is kept, so that so small a part of it goes at a time. */
const FILES = 20;
const LEAST_FILE = 256 * 1024;
const FILE_MS = 86_400_000;
/** Octets between two looks at what there is, and what is kept free for them. */
const HEADROOM = 512 * 1024;
const SAME_SECOND = 100;
