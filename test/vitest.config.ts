import { defineConfig } from "vitest/config";
import { PlainSummary } from "./plain-summary.ts";

export default defineConfig({
  test: {
    // most of the time went into loading the same modules anew for each file; no test leaves anything behind
    isolate: false,
    include: ["test/**/*.test.ts"],
    exclude: ["test/interop/**", "test/bench/**"],
    reporters: ["default", new PlainSummary()],
    coverage: { include: ["src/core/**/*.ts"] },
  },
});
