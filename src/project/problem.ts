/** Why nothing could be taken from a file. */
export type Problem = Readonly<{ code: ProblemCode; message: string }>;

export type ProblemCode =
  /** The file cannot be opened or read. */
  | "unreadable"
  /** It is something else. */
  | "not_a_project"
  | "password_missing"
  | "password_wrong"
  /** Cut off, or octets were changed. */
  | "damaged"
  /** Larger, or more tightly packed, than any project. */
  | "too_big"
  /** Made to deceive: names that lead out of the archive, a name twice, a document type. */
  | "unsafe"
  /** A document that is not well-formed. */
  | "bad_xml";

/** Thrown on the way out of a stream, caught by `readProject`. */
export const problem = (code: ProblemCode, message: string): Error =>
  new Error(message, { cause: { problem: code } satisfies Cause });

/** @returns undefined for any other error */
export const problemOf = (error: unknown): Problem | undefined =>
  error instanceof Error && isCause(error.cause)
    ? { code: error.cause.problem, message: error.message }
    : undefined;

type Cause = Readonly<{ problem: ProblemCode }>;

const isCause = (cause: unknown): cause is Cause =>
  typeof cause === "object" && cause !== null && "problem" in cause;
