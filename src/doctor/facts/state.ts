import { FOLDER } from "../../shell/recorder/folder.ts";
import type { Entry, Root, Space } from "./root.ts";

export type StateFacts = Readonly<{
  directory: string;
  /** null: it is not there, or not for us. */
  entry: Entry | null;
  hidden: boolean;
  space: Space | null;
  /** Recordings that end with a crash, newest last. */
  crashes: readonly string[];
}>;

export const readState = (root: Root, directory: string): StateFacts => {
  const entry = root.stat(directory);
  const names = ["", `${FOLDER}/`].flatMap((folder) =>
    root.list(`${directory}/${folder}`).map((name) => `${folder}${name}`),
  );
  return {
    directory,
    entry,
    hidden: root.hidden().some((path) => path.startsWith(directory)),
    space: entry === null ? null : root.space(directory),
    crashes: names.filter((name) => /crash.*\.knxrec$/.test(name)),
  };
};
