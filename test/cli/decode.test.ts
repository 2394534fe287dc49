import { Command } from "commander";
import { expect, test } from "vitest";
import { addDecode } from "../../src/cli/decode.ts";

test.each(["9.01", "99.001", "temperature", ""])("decode --dpt '%s' is refused", async (dpt) => {
  const program = new Command();
  addDecode(program);
  await expect(
    program.parseAsync(["decode", "--dpt", dpt, "bc 11 05 0a 03 e1 00 81 3e"], { from: "user" }),
  ).rejects.toThrow(`--dpt ${dpt} is not a datapoint type`);
});
