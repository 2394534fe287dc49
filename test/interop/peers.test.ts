import { expect, test } from "vitest";
import { isContinuousIntegration, isInstalled, PEERS } from "./peers.ts";

test.for(PEERS)("$program is installed", ({ program, debian }, { skip }) => {
  const there = isInstalled(program);
  skip(!there && !isContinuousIntegration(), `apt-get install ${debian}`);
  expect(there, `apt-get install ${debian}`).toBe(true);
});
