import type * as z from "zod";
import { shown } from "../core/dpt/main-type.ts";
import { type Path, pathText, type Remark } from "./finding.ts";
import { nearest } from "./nearest.ts";

type Issue = z.core.$ZodIssue;

/** What the schema has against the file, in words for the person who wrote it. */
export const remarksOf = (issues: readonly Issue[], data: unknown): readonly Remark[] =>
  issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") return unknownKeys(issue);
    const inside = meantShape(issue, valueAt(data, issue.path));
    return inside.length > 0
      ? remarksOf(inside, data)
      : [{ path: issue.path, ...complaint(issue, valueAt(data, issue.path)) }];
  });

/**
 * Where a mapping or something else is possible and a mapping stands: what that mapping has wrong inside. And where it is
 * something else of the right kind: what that has wrong.
 */
const meantShape = (issue: Issue, value: unknown): readonly Issue[] => {
  if (issue.code !== "invalid_union") return [];
  const inside = issue.errors.find((issues) =>
    typeof value === "object"
      ? issues.every(({ code, path }) => path.length > 0 || code === "unrecognized_keys")
      : issues.every(({ code, path }) => path.length === 0 && code === "custom"),
  );
  return (inside ?? []).map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
};

/** The message of a section holds the most likely key for each unknown one, line by line. */
const unknownKeys = (issue: z.core.$ZodIssueUnrecognizedKeys): readonly Remark[] => {
  const likely = issue.message.split("\n");
  return issue.keys.map((key, index) => ({
    path: [...issue.path, key],
    key: true,
    code: "unknown_key",
    message: `unknown key "${key}"`,
    ...(likely[index] ? { suggestion: `"${likely[index]}"` } : {}),
  }));
};

type Complaint = Omit<Remark, "path">;

const complaint = (issue: Issue, value: unknown): Complaint => {
  if (value === undefined) {
    const own = issue.message.startsWith("Invalid input") ? undefined : issue.message;
    return { code: "missing", message: own ?? `${String(issue.path.at(-1))} is needed` };
  }
  const { message, ...rest } = objection(issue, value);
  const secret = holdsSecret(String(issue.path.at(-1)), value);
  return { message: secret ? message : `${shown(value)}: ${message}`, ...rest };
};

const holdsSecret = (key: string, value: unknown): boolean =>
  /password|^key$/.test(key) || (key === "url" && typeof value === "string" && value.includes("@"));

const objection = (issue: Issue, value: unknown): Complaint => {
  switch (issue.code) {
    case "invalid_type":
      return {
        code: "wrong_type",
        message: `${KINDS[issue.expected] ?? issue.expected} is needed`,
      };
    case "invalid_value":
      return choice(issue, value);
    case "too_small":
      return { code: "out_of_range", message: `the least is ${issue.minimum}` };
    case "too_big":
      return { code: "out_of_range", message: `the most is ${issue.maximum}` };
    case "invalid_key":
      return { code: "bad_value", key: true, message: issue.issues[0]?.message ?? issue.message };
    case "custom": {
      const { code = "bad_value", suggestion } = issue.params ?? {};
      const hint = suggestion === undefined ? {} : { suggestion: String(suggestion) };
      return { code: String(code), message: issue.message, ...hint };
    }
    default:
      return { code: "bad_value", message: issue.message };
  }
};

const choice = (issue: z.core.$ZodIssueInvalidValue, value: unknown): Complaint => {
  const words = issue.values.map(String);
  const likely = typeof value === "string" ? nearest(value, words) : undefined;
  const own = issue.message.startsWith("Invalid") ? undefined : issue.message;
  const message = own ?? `one of ${words.join(", ")} is needed`;
  return { code: "bad_value", message, ...(likely ? { suggestion: `"${likely}"` } : {}) };
};

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping (key: value)",
  array: "a list",
};

/**
 * Values that YAML takes for something else than the schema wants: an unquoted `9.010` where text belongs, or a key without
 * a value.
 */
export const misreadBy = (issues: readonly Issue[], data: unknown): ReadonlySet<string> =>
  new Set(
    leaves(issues)
      .filter(({ path, text }) => {
        const value = valueAt(data, path);
        return (
          value === null || (text && (typeof value === "number" || typeof value === "boolean"))
        );
      })
      .map(({ path }) => pathText(path)),
  );

/** Every complaint about one value, those inside a choice of shapes included. */
const leaves = (
  issues: readonly Issue[],
  base: Path = [],
): readonly Readonly<{ path: Path; text: boolean }>[] =>
  issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    const text = issue.code === "invalid_type" && issue.expected === "string";
    const here = { path, text };
    return issue.code === "invalid_union"
      ? [here, ...issue.errors.flatMap((errors) => leaves(errors, path))]
      : [here];
  });

/** @returns undefined when there is nothing at that path */
export const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? Reflect.get(value, step)
        : undefined,
    data,
  );
