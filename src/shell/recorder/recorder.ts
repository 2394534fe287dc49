import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Counter } from "../../core/counter.ts";
import type { Impulse } from "../../core/impulse.ts";
import { encodeLine, FORMAT, type RecordHead, stateHash } from "../../record/format.ts";
import type { Observer } from "../observer.ts";
import { messageOf } from "../store/files.ts";
import type { ChildSpec } from "../supervise/child.ts";
import { type CrashPlace, writeCrash } from "./crash.ts";
import { listRecordings, openDisk, type RecordingFiles } from "./disk.ts";
import { type Download, openDownload, type Wanted } from "./download.ts";
import { FOLDER } from "./folder.ts";
import { packedNow } from "./pack.ts";
import {
  EMPTY_RING,
  type Ring,
  ringBegins,
  ringIsDue,
  ringOctets,
  ringStart,
  ringTake,
} from "./ring.ts";
import { type Keeper, openTape, type TapeOptions } from "./tape.ts";

export type RecorderOptions = Readonly<{
  about: Readonly<{ version: string; instance: string }>;
  /** Octets, gzipped, of what happened last in memory; 0: none. */
  flightOctets: number;
  /** On the disk as well; absent: not. */
  disk?: Readonly<{ maxAgeMs: number; maxOctets: number }> | undefined;
  /** The state directory; without it nothing goes to the disk, and what leads to a crash into the directory for temporary files. */
  directory?: string | undefined;
  log: Logger;
  count?: ((counter: Counter, by: number) => void) | undefined;
  files?: RecordingFiles | undefined;
  /** Monotonic ms, and what it is in UTC. */
  clock?: Readonly<{ now(): number; utc(): number }> | undefined;
  most?: TapeOptions["most"];
}>;

/** Sees every impulse with what came of it, so that it can be replayed: in memory, on the disk, and after a crash. */
export type Recorder = Readonly<{
  observer: Observer;
  /** What is in memory, and from now on. @throws Error in words for people */
  download(wanted: Wanted): Download;
  /** What is kept in memory, since when (ms since 1970), how much it may be, and the file that is being written. */
  look(): Readonly<{
    octets: number;
    impulses: number;
    since: number | null;
    flightOctets: number;
    file: string | null;
  }>;
  /** Everything that has happened so far is in memory, where others can have it. */
  settled(): Promise<void>;
  /** Those on the disk; undefined: there is no place for any. */
  files(): ReturnType<typeof listRecordings> | undefined;
  /** The disk: to be supervised, so that it tries again; undefined: there is none. */
  child: ChildSpec | undefined;
  /** At once: the process ends because of this. What led to it is written to a file, and the log says where. */
  crash(error: unknown): void;
  /** Everything is on the disk, or cannot be. */
  close(): Promise<void>;
}>;

export const openRecorder = (options: RecorderOptions): Recorder => {
  const { about, flightOctets, directory, log, count = () => undefined } = options;
  const { clock = MACHINE } = options;
  const tape = openTape({
    onGap(impulses) {
      count("recorder.lost", impulses);
      log.warn({ impulses }, GAP);
    },
    ...(options.most && { most: options.most }),
  });
  const head = (): RecordHead => ({
    format: FORMAT,
    program: about.version,
    instance: about.instance,
    epoch: clock.utc() - clock.now(),
  });

  let ring: Ring = EMPTY_RING;
  const memory: Keeper = {
    wantsStart: () => ringIsDue(ring, flightOctets),
    start: (start) => {
      ring = ringStart(ring, start);
    },
    take: (pack) => {
      ring = ringTake(ring, pack, flightOctets);
    },
  };
  if (flightOctets > 0) tape.join(memory);

  const disk =
    options.disk && directory !== undefined
      ? openDisk({
          ...options.disk,
          directory,
          head,
          log,
          count,
          files: options.files,
          now: clock.utc,
        })
      : undefined;
  let flushing: NodeJS.Timeout | undefined;
  if (disk !== undefined) {
    tape.join(disk);
    flushing = setInterval(() => void tape.atBoundary(() => disk.flush()), FLUSH_MS);
    flushing.unref();
  }

  let isOver = false;
  const crash = (error: unknown, thrown?: Impulse): void => {
    if (isOver || flightOctets === 0) return;
    isOver = true;
    const place: CrashPlace =
      directory === undefined
        ? { directory: tmpdir(), prefix: `knxpi-${about.instance}-` }
        : { directory: join(directory, FOLDER), prefix: "" };
    try {
      const path = writeCrash(place, crashFile(error, thrown), clock.utc());
      log.error({ path }, CRASH_KEPT);
    } catch (problem) {
      log.error({ directory: place.directory, problem: messageOf(problem) }, CRASH_LOST);
    }
  };

  const crashFile = (error: unknown, thrown: Impulse | undefined): readonly Uint8Array[] => {
    const { octets, first, last } = tape.rest(thrown);
    const begin = ringBegins(ring) ?? first;
    if (begin === undefined || last === undefined) throw new Error("nothing has happened yet");
    const { at, state } = begin;
    const parts = ring.flatMap(({ start, packs }, index) => [
      ...(index > 0 && start.gap > 0
        ? [
            packedNow(
              `${encodeLine({ line: "gap", impulses: start.gap })}\n${encodeLine({ line: "state", ...start })}\n`,
            ),
          ]
        : []),
      ...packs.map((pack) => pack.octets),
    ]);
    const end = {
      at: last.at,
      hash: stateHash(last.state),
      why: "crash",
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    } as const;
    return [
      packedNow(
        `${encodeLine({ line: "head", head: head() })}\n${encodeLine({ line: "state", at, state })}\n`,
      ),
      ...parts,
      ...octets,
      packedNow(`${encodeLine({ line: "end", end })}\n`),
    ];
  };

  return {
    observer: { ...tape.observer, threw: (impulse, error) => crash(error, impulse) },
    download(wanted) {
      return openDownload({ tape, ring: () => ring, head, now: clock.now }, wanted);
    },
    look() {
      const begin = ringBegins(ring);
      const packs = ring.flatMap((part) => part.packs);
      return {
        octets: ringOctets(ring),
        impulses: packs.reduce((sum, { impulses }) => sum + impulses, 0),
        since: begin === undefined ? null : begin.at + clock.utc() - clock.now(),
        flightOctets,
        file: disk?.file() ?? null,
      };
    },
    settled: () => tape.atBoundary(() => undefined),
    files: () => (directory === undefined ? undefined : listRecordings(directory, options.files)),
    child: disk?.child,
    crash: (error) => crash(error),
    async close() {
      clearInterval(flushing);
      if (isOver || disk === undefined) return;
      isOver = true;
      // A disk that does not answer must not keep the process.
      const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
      await Promise.race([tape.atBoundary((last) => disk.end("stopped", last)), late]);
    },
  };
};

const MACHINE = { now: () => performance.now(), utc: () => Date.now() };
const GAP = "more happened than could be recorded: there is a gap in the recording";
const CRASH_KEPT =
  "what led to this was recorded; it holds everything, secrets included: send it only to whom you would give those";
const CRASH_LOST = "what led to this could not be recorded";
/** Memory cards wear with every write; so much is lost with the power. */
const FLUSH_MS = 30_000;
const CLOSE_MS = 5_000;
