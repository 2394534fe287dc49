import { defineConfig } from "vitest/config";
import { PlainSummary } from "./plain-summary.ts";

export default defineConfig({
  test: {
    root: "test",
    include: ["**/*.test.ts"],
    exclude: ["interop/**", "bench/**"],
    reporters: ["default", new PlainSummary()],
    coverage: { include: ["../src/core/**"] },
  },
});
