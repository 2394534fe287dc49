import { zipSync } from "fflate";
import type { Declaration } from "../core/app/application/declaration.ts";
import { applicationProgram } from "./application-program.ts";
import { catalog, hardware } from "./catalog.ts";
import { idsOf } from "./ids.ts";
import { type Element, element, toXml } from "./xml.ts";

/** Everything in one document, as the tools that sign product data take it. */
export const monolith = (declaration: Declaration): string =>
  document(declaration, [
    catalog(declaration),
    element("ApplicationPrograms", {}, [applicationProgram(declaration)]),
    hardware(declaration),
  ]);

/** A file of the package: its path there, and its text. */
export type ProductFile = Readonly<{ path: string; text: string }>;

/**
 * The files of a .knxprod that come from the declaration. What only the KNX Association and a signature can add is missing:
 * `knx_master.xml` and `M-00FA.signature`, see `firmware-notes/product.md`.
 */
export const packageFiles = (declaration: Declaration): readonly ProductFile[] => {
  const { manufacturer, application } = idsOf(declaration);
  const file = (name: string, part: Element): ProductFile => ({
    path: `${manufacturer}/${name}.xml`,
    text: document(declaration, [part]),
  });
  return [
    file("Catalog", catalog(declaration)),
    file("Hardware", hardware(declaration)),
    file(application, element("ApplicationPrograms", {}, [applicationProgram(declaration)])),
  ];
};

/** The package as one file, the same octets for the same declaration. */
export const knxprod = (declaration: Declaration): Uint8Array => {
  const encoder = new TextEncoder();
  const files = packageFiles(declaration).map(
    ({ path, text }) => [path, encoder.encode(text)] as const,
  );
  return zipSync(Object.fromEntries(files), { mtime: EPOCH, level: 9 });
};

/** The earliest time a ZIP file can tell, in the local time it is written in. */
const EPOCH = new Date(1980, 0, 1);

const document = (declaration: Declaration, parts: readonly Element[]): string =>
  toXml(
    element("KNX", { xmlns: NAMESPACE, CreatedBy: "knxpi", ToolVersion: "5.7" }, [
      element("ManufacturerData", {}, [
        element("Manufacturer", { RefId: idsOf(declaration).manufacturer }, parts),
      ]),
    ]),
  );

/** Schema of ETS 5.7; later ones read it. */
const NAMESPACE = "http://knx.org/xml/project/20";
