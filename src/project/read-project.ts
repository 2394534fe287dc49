import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { readCsv } from "./csv.ts";
import { readArchive } from "./knxproj.ts";
import { LIMITS } from "./limits.ts";
import { exportSink, listedProject } from "./listed.ts";
import { type Problem, problem, problemOf } from "./problem.ts";
import type { Project } from "./project.ts";
import { decodeText } from "./text.ts";
import { xmlReader } from "./xml.ts";

export type Read = Readonly<{ ok: true; project: Project } | ({ ok: false } & Problem)>;

export type ReadOptions = Readonly<{
  /** Of product names, `de-DE`. */
  language?: string;
  /** Octets of XML that were read, and will be as far as is known. */
  progress?(done: number, total: number): void;
}>;

/**
 * A project of ETS 4, 5 or 6 (`.knxproj`), or an export of its group addresses as XML or CSV; which of them it is, is seen
 * from the content. Whole or not at all. Never throws for what the file is.
 * @param password undefined: none
 */
export const readProject = async (
  path: string,
  password?: string,
  options: ReadOptions = {},
): Promise<Read> => {
  try {
    return { ok: true, project: await read(path, password, options) };
  } catch (error) {
    const known = problemOf(error) ?? unreadable(error);
    if (known === undefined) throw error;
    return { ok: false, ...known };
  }
};

const read = async (
  path: string,
  password: string | undefined,
  options: ReadOptions,
): Promise<Project> => {
  const file = await stat(path);
  if (!file.isFile()) throw problem("unreadable", "this is not a file");
  if (file.size === 0) throw problem("not_a_project", "the file is empty");
  if (file.size > LIMITS.file) throw problem("too_big", "the file is larger than any project");
  const blob = await openAsBlob(path);
  const head = new Uint8Array(await blob.slice(0, 4).arrayBuffer());
  if (head[0] === 0x50 && head[1] === 0x4b) return readArchive(blob, password, options);
  if (file.size > LIMITS.list)
    throw problem("too_big", "the file is larger than any list of group addresses");
  return readList(decodeText(new Uint8Array(await blob.arrayBuffer())));
};

/** An export of group addresses, as text. */
const readList = (text: string): Project => {
  const start = text.trimStart();
  if (start.startsWith("<")) {
    const { sink, result } = exportSink();
    const reader = xmlReader(sink, "the file");
    if (reader.take(new TextEncoder().encode(start))) reader.end();
    const listed = result();
    if (listed !== undefined) return listedProject(listed);
    throw problem(
      "not_a_project",
      "this XML document is no export of group addresses; of a project, give the whole .knxproj",
    );
  }
  const { listed, notes } = parsedCsv(text) ?? {};
  if (listed === undefined || listed.length === 0)
    throw problem("not_a_project", "this is neither a project nor an export of group addresses");
  return listedProject(listed, notes);
};

const parsedCsv = (text: string): ReturnType<typeof readCsv> => {
  try {
    return readCsv(text);
  } catch (error) {
    throw problem("damaged", `this CSV cannot be read: ${messageOf(error)}`);
  }
};

/** What the operating system says about the file. */
const unreadable = (error: unknown): Problem | undefined =>
  error instanceof Error && "syscall" in error
    ? { code: "unreadable", message: error.message }
    : undefined;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
