import { afterEach } from "vitest";
import type { Journal } from "./journal.ts";

const witnesses: Readonly<{
  name: string;
  says: Pick<Journal<never>, "tail">;
  asked: () => boolean;
}>[] = [];

/** When a test fails, the end of this journal is shown: whoever reads about it wants to know what the others had to say. */
export const showOnFailure = (
  name: string,
  says: Pick<Journal<never>, "tail">,
  asked = (): boolean => true,
): void => {
  witnesses.push({ name, says, asked });
};

afterEach(({ task }) => {
  if (task.result?.state !== "fail") return;
  for (const { name, says, asked } of witnesses)
    if (asked()) process.stderr.write(`\n── ${name}\n${says.tail().join("\n")}\n`);
});
