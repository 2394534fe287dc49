import { readFileSync } from "node:fs";
import type * as z from "zod";
import { byPlace, type Finding, formatFinding, type Remark } from "../../config/finding.ts";
import { misreadBy, remarksOf } from "../../config/remarks.ts";
import { parseYaml, readSource } from "../../config/source.ts";

/** A checked file, and a way to name a place in it. */
export type Document<T> = Readonly<{
  value: T;
  /** As it stands in the file. */
  data: unknown;
  /** @throws Error that names the file, line and column of each */
  refuse(remarks: readonly Remark[]): void;
}>;

/**
 * A file in JSON or YAML, which are read alike.
 * @throws Error with a line for everything that is wrong with it: file, line, column, path
 */
export const readDocument = <Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Document<z.output<Schema>> => {
  const yaml = parseYaml(readFileSync(file, "utf8"));
  const outside = { env: {}, read: () => ({ ok: false, why: "no other files here" }) as const };
  const first = readSource(yaml, outside);
  const misread = misreadBy(issuesOf(schema, first.data), first.data);
  const source = misread.size === 0 ? first : readSource(yaml, outside, misread);
  const checked = schema.safeParse(source.data);
  const refuse = (remarks: readonly Remark[]): void => {
    complain(file, remarks.map(source.finding));
  };
  complain(file, source.findings);
  if (checked.success) return { value: checked.data, data: source.data, refuse };
  refuse(remarksOf(issuesOf(schema, source.data), source.data));
  throw new Error(file);
};

/** What a schema says about unknown keys is for others; in a file it would be a suggestion. */
const issuesOf = (schema: z.ZodType, data: unknown): readonly z.core.$ZodIssue[] =>
  (schema.safeParse(data).error?.issues ?? []).map((issue) =>
    issue.code === "unrecognized_keys" ? { ...issue, message: "" } : issue,
  );

const complain = (file: string, findings: readonly Finding[]): void => {
  if (findings.length === 0) return;
  const lines = findings.toSorted(byPlace).map((finding) => formatFinding(file, finding));
  throw new Error(lines.join("\n"));
};
