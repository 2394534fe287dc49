import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: "test",
    include: ["**/*.test.ts"],
    exclude: ["interop/**", "bench/**"],
    reporters: ["default", "./plain-summary.ts"],
    coverage: { include: ["../src/core/**"] },
  },
});
