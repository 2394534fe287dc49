import { type Path, pathText, type Remark } from "./finding.ts";
import { type ListenTexts, listenSecrets, readListenFiles } from "./listen.ts";
import { valueAt } from "./remarks.ts";
import type { Outside, Source } from "./source.ts";

/** Keys below `mqtt` that name a file whose content is wanted. */
const FILES = ["ca", "cert", "key", "username_file", "password_file", "key_password_file"] as const;
type FileKey = (typeof FILES)[number];

/** What the files hold that the file names. Certificates may also stand there themselves, by `!file`. */
export type Contents = Readonly<Partial<Record<FileKey, string>>> &
  Readonly<{ listen: ListenTexts }>;

export const readFiles = (
  { data }: Source,
  outside: Outside,
): Readonly<{ contents: Contents; remarks: readonly Remark[] }> => {
  const contents: Partial<Record<FileKey, string>> = {};
  const listen = readListenFiles(data, outside);
  const remarks: Remark[] = [...listen.remarks];
  for (const key of FILES) {
    const path = ["mqtt", key];
    const name = valueAt(data, path);
    if (typeof name !== "string" || name === "") continue;
    const content: ReturnType<Outside["read"]> = name.startsWith("-----BEGIN ")
      ? { ok: true, text: name }
      : outside.read(name);
    if (content.ok) contents[key] = content.text;
    else remarks.push({ path, code: "unreadable", message: content.why });
    const twice = ["mqtt", key.replace("_file", "")];
    if (key.endsWith("_file") && valueAt(data, twice) !== undefined)
      remarks.push({
        path,
        code: "conflict",
        message: `${twice[1]} is given twice; leave one out`,
      });
  }
  return { contents: { ...contents, listen: listen.texts }, remarks };
};

/**
 * Secrets in the file itself while others may read it.
 * @param mode of the file as `stat` gives it
 */
export const secretWarnings = (source: Source, mode: number | undefined): readonly Remark[] =>
  mode === undefined || (mode & 0o044) === 0
    ? []
    : [...SECRETS, ...listenSecrets(source.data)]
        .filter((path) => isInline(source, path))
        .map((path) => {
          const name = String(path.at(-1));
          const octal = (mode & 0o777).toString(8).padStart(4, "0");
          const message = `${name} in the file, which others may read (mode ${octal}); use password_file`;
          return { path, code: "secret_inline", message };
        });

/** Where a secret may stand in the file itself; those of users of the embedded broker: `listenSecrets`. */
export const SECRETS: readonly Path[] = [
  ["mqtt", "password"],
  ["mqtt", "key_password"],
  ["mqtt", "url"],
  ["project", "password"],
];

const isInline = (source: Source, path: Path): boolean => {
  const value = valueAt(source.data, path);
  return (
    source.values.get(pathText(path))?.inline === true &&
    (path.at(-1) === "url" ? passwordIn(value) !== "" : value !== undefined)
  );
};

const passwordIn = (url: unknown): string =>
  typeof url === "string" && URL.canParse(url) ? new URL(url).password : "";
