import { defineConfig } from "vitest/config";
import { PlainSummary } from "../plain-summary.ts";

export default defineConfig({
  test: {
    root: "test/interop",
    include: ["**/*.test.ts"],
    // The line runs in real time: one house at a time, and nothing else beside it.
    pool: "forks",
    fileParallelism: false,
    // Every wait has a deadline of its own that says what did not come.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", new PlainSummary()],
  },
});
