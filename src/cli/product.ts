import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import type { ApplicationConfig } from "../core/config.ts";

type Name = ApplicationConfig["name"];
type Options = Readonly<{ application: Name; out?: string; knxprod?: string; xml?: true }>;

/** `knxpi product` */
export const addProduct = (program: Command): void => {
  program
    .command("product")
    .description("write the product data that ETS needs to program this device")
    .addOption(
      new Option("--application <name>", "as device.application of the configuration")
        .choices(["bridge", "thermostat", "gpio"] satisfies Name[])
        .default("bridge"),
    )
    .addOption(
      new Option("--out <directory>", "write the files of the package there").conflicts("knxprod"),
    )
    .option("--knxprod <file>", "write the package as one file, unsigned")
    .option("--xml", "everything in one XML document; with --out as a file there")
    .addHelpText(
      "after",
      `
Without --out and --knxprod the XML document goes to standard output.
ETS refuses packages without a signature. The XML document is what tools such as OpenKNXproducer sign, on a computer
with ETS; firmware-notes/product.md says what is missing and why.

Examples:
  knxpi product > bridge.xml
  knxpi product --application thermostat --out product
  knxpi product --application gpio --knxprod gpio.knxprod`,
    )
    .action(async (options: Options) => {
      await writeProduct(options);
    });
};

const writeProduct = async ({ application, out, knxprod, xml }: Options): Promise<void> => {
  const [{ APPLICATIONS }, product] = await Promise.all([
    import("../core/app/application/applications.ts"),
    import("../product/product.ts"),
  ]);
  const { declaration } = APPLICATIONS[application];
  if (knxprod !== undefined) write(knxprod, product.knxprod(declaration));
  if (out === undefined) {
    if (knxprod === undefined || xml) process.stdout.write(product.monolith(declaration));
    return;
  }
  if (xml) write(join(out, `${application}.xml`), product.monolith(declaration));
  else for (const { path, text } of product.packageFiles(declaration)) write(join(out, path), text);
};

const write = (path: string, content: string | Uint8Array): void => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
  console.error(`wrote ${path}`);
};
