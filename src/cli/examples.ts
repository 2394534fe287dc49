/** Help that can be copied. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((example) => `  ${example}`).join("\n")}`;
