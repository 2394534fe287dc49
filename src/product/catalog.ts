import type { Declaration } from "../core/app/application/declaration.ts";
import { LANGUAGE } from "./application-program.ts";
import { HARDWARE_VERSION, idsOf } from "./ids.ts";
import { type Element, element } from "./xml.ts";

/** Where the installer finds the product. */
export const catalog = (declaration: Declaration): Element => {
  const ids = idsOf(declaration);
  const { name } = declaration.identity;
  return element("Catalog", {}, [
    element(
      "CatalogSection",
      { Id: ids.section, Name: "knxpi", Number: "knxpi", DefaultLanguage: LANGUAGE },
      [
        element("CatalogItem", {
          Id: ids.catalogItem,
          Name: name,
          Number: 1,
          ProductRefId: ids.product,
          Hardware2ProgramRefId: ids.hardware2Program,
          DefaultLanguage: LANGUAGE,
        }),
      ],
    ),
  ]);
};

/** The device, and which application program runs in it. */
export const hardware = (declaration: Declaration): Element => {
  const ids = idsOf(declaration);
  const { name, orderNumber, version } = declaration.identity;
  return element("Hardware", {}, [
    element(
      "Hardware",
      {
        Id: ids.hardware,
        Name: name,
        SerialNumber: orderNumber,
        VersionNumber: HARDWARE_VERSION,
        BusCurrent: BUS_CURRENT_MA,
        HasIndividualAddress: true,
        HasApplicationProgram: true,
      },
      [
        element("Products", {}, [
          element(
            "Product",
            {
              Id: ids.product,
              Text: name,
              OrderNumber: orderNumber,
              IsRailMounted: false,
              DefaultLanguage: LANGUAGE,
            },
            [element("RegistrationInfo", { RegistrationStatus: "Registered" })],
          ),
        ]),
        element("Hardware2Programs", {}, [
          element("Hardware2Program", { Id: ids.hardware2Program, MediumTypes: "MT-0" }, [
            element("ApplicationProgramRef", { RefId: ids.application }),
            element("RegistrationInfo", {
              RegistrationStatus: "Registered",
              RegistrationNumber: `0001/${HARDWARE_VERSION}${version}`,
            }),
          ]),
        ]),
      ],
    ),
  ]);
};

/** What a transceiver takes from the bus, about; the machine has a supply of its own. */
const BUS_CURRENT_MA = 10;
