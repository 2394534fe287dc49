import type { JsonValue } from "../../core/effect.ts";
import type { Download } from "../recorder/download.ts";
import type { Recorder } from "../recorder/recorder.ts";
import { timeOf } from "../transitions.ts";
import { controlError } from "./error.ts";

/* A recording that a client fetches, part by part: it is longer than a line. */

export type Recordings = Readonly<{
  /** Of one more client. */
  join(): Fetching;
  /** Those on the disk. */
  list(): Promise<JsonValue>;
}>;

export type Fetching = Readonly<{
  /** Begins anew. @param last seconds; undefined: as far back as there is anything */
  start(last: number | undefined, follow: boolean): JsonValue;
  /** The next part, in base64; an empty one when there is none yet. */
  read(): Promise<JsonValue>;
  /** Nothing is added any more; what is there can be read. */
  stop(): JsonValue;
  /** The client has gone. */
  forget(): void;
}>;

export const createRecordings = (recorder: Recorder | undefined): Recordings => {
  const running = new Set<Download>();
  const join = (): Fetching => {
    let current: Download | undefined;
    /** Octets of a piece that did not fit into a part. */
    let rest: Uint8Array = NONE;
    const forget = (): void => {
      if (current === undefined) return;
      current.close();
      running.delete(current);
      [current, rest] = [undefined, NONE];
    };
    const there = (): Download => {
      if (current === undefined)
        throw controlError("refused", "no recording is being fetched: record.start begins one");
      return current;
    };
    const readNext = async (): Promise<JsonValue> => {
      const download = there();
      if (rest.length === 0) rest = await readOr(download);
      const part = rest.subarray(0, PART);
      rest = rest.subarray(PART);
      const { impulses, from, to, ended } = download.look();
      const done = ended && rest.length === 0;
      if (done) forget();
      return {
        part: Buffer.from(part).toString("base64"),
        done,
        impulses,
        from: from === null ? null : timeOf(from),
        to: to === null ? null : timeOf(to),
      };
    };
    /** One after the other, however many are asked for. */
    let turn: Promise<unknown> = Promise.resolve();
    return {
      start(last, follow) {
        if (recorder === undefined) throw controlError("refused", NO_RECORDER);
        forget();
        const { flightOctets, impulses, since, octets, file } = recorder.look();
        if (flightOctets === 0 && !follow) throw controlError("refused", NOTHING_KEPT);
        if (running.size >= FETCHING)
          throw controlError("busy", "others are fetching recordings; try again");
        current = recorder.download({
          lastMs: last === undefined ? undefined : last * 1_000,
          follow,
        });
        running.add(current);
        const began = since === null ? null : new Date(since).toISOString();
        return { since: began, impulses, octets, file };
      },
      read() {
        const part = turn.then(readNext, readNext);
        turn = part;
        return part;
      },
      stop() {
        there().stop();
        return true;
      },
      forget,
    };
  };
  const list = async (): Promise<JsonValue> => {
    const found = await recorder?.files();
    if (found === undefined)
      throw controlError(
        "refused",
        "nothing can be kept on the disk: this knxpi has no --state directory",
      );
    const files = found.files.map(({ name, octets, modified }) => ({
      name,
      octets,
      until: new Date(modified).toISOString(),
    }));
    return { folder: found.folder, files };
  };
  return { join, list };
};

const readOr = async (download: Download): Promise<Uint8Array> => {
  try {
    return await download.read();
  } catch (error) {
    throw controlError("refused", error instanceof Error ? error.message : String(error));
  }
};

const NO_RECORDER = "this knxpi records nothing: recorder.flight_mb in its configuration is 0";
const NOTHING_KEPT =
  "nothing is kept in memory: recorder.flight_mb is 0; with --follow or --for it can be recorded from now on";
/** Each may hold some megabytes. */
const FETCHING = 2;
/** Octets; a third more in base64, and less than a line. */
const PART = 45_000;
const NONE = new Uint8Array(0);
