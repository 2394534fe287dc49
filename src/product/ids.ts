import type { Declaration } from "../core/app/application/declaration.ts";

/** The ids of product data: each begins with that of what it belongs to. `device-model.md` §9 */
export type Ids = Readonly<{
  /** `M-00FA` */
  manufacturer: string;
  /** `M-00FA_A-B301-10-0000`; the last four digits are the fingerprint, which signing puts in. */
  application: string;
  hardware: string;
  product: string;
  hardware2Program: string;
  section: string;
  catalogItem: string;
}>;

export const idsOf = ({ identity }: Declaration): Ids => {
  const { manufacturer, application, version, orderNumber } = identity;
  const maker = `M-${hex(manufacturer, 4)}`;
  const program = `${hex(application, 4)}-${hex(version, 2)}-${NO_FINGERPRINT}`;
  const hardware = `${maker}_H-${orderNumber}-${HARDWARE_VERSION}`;
  const hardware2Program = `${hardware}_HP-${program}`;
  return {
    manufacturer: maker,
    application: `${maker}_A-${program}`,
    hardware,
    product: `${hardware}_P-${orderNumber}`,
    hardware2Program,
    section: `${maker}_CS-knxpi`,
    catalogItem: `${hardware2Program}_CI-${orderNumber}-1`,
  };
};

export const HARDWARE_VERSION = 1;
const NO_FINGERPRINT = "0000";

/** Capital hex digits, as ids and inline data have them. */
export const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, "0");
