import type { Reporter, TestModule } from "vitest/node";

/** Ends the output with one plain line that people and scripts can read: `N passed, N failed, N skipped`. */
export class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      // A file that cannot be read, a set-up or clean-up that fails: the tests inside do not know of it.
      for (const suite of [module, ...module.children.allSuites()])
        count.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === "pending" ? "skipped" : state]++;
      }
    }
    const line = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
    process.on("exit", () => process.stdout.write(line));
  }
}
