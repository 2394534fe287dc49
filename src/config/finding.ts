/** Something the author of the file should know, with its place. */
export type Finding = Readonly<{
  /** `objects[3].ga`; empty when it is the file as a whole. */
  path: string;
  /** From 1, as is the column. */
  line: number;
  column: number;
  /** Codes of `mqtt-interface.md` §19, and ours. */
  code: string;
  message: string;
  suggestion?: string;
}>;

/** `house.yaml:58:9 objects[3].ga: "1/9/3": the middle group goes from 0 to 7 (bad_ga)` */
export const formatFinding = (file: string, finding: Finding): string => {
  const { path, line, column, code, message, suggestion } = finding;
  const where = path === "" ? "" : ` ${path}:`;
  const hint = suggestion === undefined ? "" : `, did you mean ${suggestion}?`;
  return `${file}:${line}:${column}${where} ${message}${hint} (${code})`;
};

/** In the order of the file. */
export const byPlace = (a: Finding, b: Finding): number => a.line - b.line || a.column - b.column;

/** What is said about a place that is known by its path; the source finds line and column. */
export type Remark = Readonly<{
  path: Path;
  code: string;
  message: string;
  suggestion?: string;
  /** The key is meant, not its value. */
  key?: true;
}>;

export type Path = readonly PropertyKey[];

/** `["objects", 3, "ga"]` → `objects[3].ga` */
export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) =>
      typeof step === "number" ? `${text}[${step}]` : `${text}${text && "."}${String(step)}`,
    "",
  );
