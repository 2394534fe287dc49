import type { Attributes, Sink } from "./xml.ts";

/** What stands in the files of a project (`0.xml`, `project.xml`), still with the references of ETS. */
export type Installations = Readonly<{
  /** Number of the schema; null when the document does not say. */
  schema: number | null;
  name: string;
  /** `ThreeLevel`, `TwoLevel`, `Free`; empty when it is not said. */
  style: string;
  list: readonly Installation[];
}>;

export type Installation = Readonly<{
  addresses: RawAddress[];
  devices: RawDevice[];
  functions: RawFunction[];
  /** Which device is in which room. */
  places: RawPlace[];
}>;

export type RawAddress = Readonly<{
  /** Without the part that names project and installation: `GA-7`. */
  id: string;
  address: string;
  name: string;
  description: string;
  dpt: string;
  secure: boolean;
  /** Names of the ranges around it, outermost first. */
  ranges: readonly string[];
}>;

export type RawDevice = Readonly<{
  id: string;
  /** `1.1.5`; null: the device has none. */
  ia: string | null;
  name: string;
  product: string;
  program: string;
  objects: RawObject[];
}>;

/** A linked communication object; what is not linked is of no interest. */
export type RawObject = Readonly<{
  ref: string;
  dpt: string | undefined;
  flags: RawFlags;
  links: string[];
}>;

/** What this level says about each flag, undefined where it leaves that to the level below. */
export type RawFlags = Readonly<Record<FlagName, boolean | undefined>>;
export type FlagName = (typeof FLAG_NAMES)[number];
/** In the order `CRWTUI`. */
export const FLAG_NAMES = [
  "CommunicationFlag",
  "ReadFlag",
  "WriteFlag",
  "TransmitFlag",
  "UpdateFlag",
  "ReadOnInitFlag",
] as const;

export type RawFunction = Readonly<{
  name: string;
  type: string;
  room: string | null;
  addresses: { id: string; role: string }[];
}>;

type RawPlace = Readonly<{ device: string; room: string }>;

/** Reads any number of documents of one project, one after the other. */
export const installationSink = (): Readonly<{ sink: Sink; result(): Installations }> => {
  const list: Installation[] = [];
  const ranges: string[] = [];
  const spaces: Space[] = [];
  let about: Omit<Installations, "list"> = { schema: null, name: "", style: "" };
  let installation: Installation = emptyInstallation();
  let area = "";
  let line = "";
  let device: RawDevice | undefined;
  let object: RawObject | undefined;
  let purpose: RawFunction | undefined;

  const enter = (name: string, attributes: Attributes): void => {
    const { Name: title = "", Type: type = "", RefId: id } = attributes;
    const { Address: address = "", GroupAddressRefId: linked, Role: role = "" } = attributes;
    const { GroupAddressStyle: style = "" } = attributes;
    switch (name) {
      case "KNX":
        about = { ...about, schema: schemaOf(attributes) };
        break;
      case "ProjectInformation":
        about = { ...about, name: title, style };
        break;
      case "Installation":
        installation = emptyInstallation();
        list.push(installation);
        break;
      case "Area":
        area = address;
        break;
      case "Line":
        line = address;
        break;
      case "DeviceInstance":
        device = deviceOf(attributes, area, line);
        installation.devices.push(device);
        break;
      case "ComObjectInstanceRef":
        object = objectOf(attributes);
        break;
      case "Send":
      case "Receive":
        if (linked !== undefined) object?.links.push(plainId(linked));
        break;
      case "Space":
      case "BuildingPart":
        spaces.push({ name: title, type });
        break;
      case "DeviceInstanceRef": {
        const room = roomAround(spaces);
        if (id !== undefined && room !== undefined)
          installation.places.push({ device: id, room: room.name });
        break;
      }
      case "Function":
        purpose = { name: title, type, room: areaAround(spaces)?.name ?? null, addresses: [] };
        installation.functions.push(purpose);
        break;
      case "GroupAddressRef":
        if (id !== undefined) purpose?.addresses.push({ id: plainId(id), role });
        break;
      case "GroupRange":
        ranges.push(title);
        break;
      case "GroupAddress":
        installation.addresses.push(addressOf(attributes, [...ranges]));
        break;
    }
  };
  const leave = (name: string): void => {
    switch (name) {
      case "Area":
        area = "";
        break;
      case "Line":
        line = "";
        break;
      case "DeviceInstance":
        device = undefined;
        break;
      case "ComObjectInstanceRef":
        if (object !== undefined && object.links.length > 0) device?.objects.push(object);
        object = undefined;
        break;
      case "Space":
      case "BuildingPart":
        spaces.pop();
        break;
      case "Function":
        purpose = undefined;
        break;
      case "GroupRange":
        ranges.pop();
        break;
    }
  };
  return {
    sink: {
      open: (name, attributes) => {
        enter(name, attributes);
        return true;
      },
      close: leave,
    },
    result: () => ({ ...about, list }),
  };
};

/** Addresses of installations overlap, so one is taken: the first in which there is something. */
export const mainInstallation = ({ list }: Installations): Installation | undefined =>
  list.find(({ addresses }) => addresses.length > 0) ?? list[0];

type Space = Readonly<{ name: string; type: string }>;

const emptyInstallation = (): Installation => ({
  addresses: [],
  devices: [],
  functions: [],
  places: [],
});

/** `http://knx.org/xml/project/23` → 23 */
const schemaOf = ({ xmlns = "" }: Attributes): number | null => {
  const [, digits] = /\/project\/(\d{1,4})$/.exec(xmlns) ?? [];
  return digits === undefined ? null : Number(digits);
};

const deviceOf = (attributes: Attributes, area: string, line: string): RawDevice => {
  const { Id: id = "", Name: name = "", Address: address } = attributes;
  const { ProductRefId: product = "", Hardware2ProgramRefId: program = "" } = attributes;
  const ia = address === undefined || line === "" ? null : `${area}.${line}.${address}`;
  return { id, ia, name, product, program, objects: [] };
};

const objectOf = (attributes: Attributes): RawObject => {
  const { RefId: ref = "", DatapointType: dpt, Links: links = "" } = attributes;
  return {
    ref,
    dpt,
    flags: flagsOf(attributes),
    links: links.split(/\s+/).filter(Boolean).map(plainId),
  };
};

const addressOf = (attributes: Attributes, ranges: readonly string[]): RawAddress => {
  const { Id: id = "", Address: address = "", Name: name = "" } = attributes;
  const { Description: description = "", DatapointType: dpt = "" } = attributes;
  const { Key: key = "" } = attributes;
  const secure = key !== "";
  return { id: plainId(id), address, name, description, dpt, secure, ranges };
};

export const flagsOf = ({
  CommunicationFlag,
  ReadFlag,
  WriteFlag,
  TransmitFlag,
  UpdateFlag,
  ReadOnInitFlag,
}: Attributes): RawFlags => ({
  CommunicationFlag: flag(CommunicationFlag),
  ReadFlag: flag(ReadFlag),
  WriteFlag: flag(WriteFlag),
  TransmitFlag: flag(TransmitFlag),
  UpdateFlag: flag(UpdateFlag),
  ReadOnInitFlag: flag(ReadOnInitFlag),
});

const flag = (word: string | undefined): boolean | undefined =>
  word === undefined ? undefined : word === "Enabled";

/** `P-0242-0_GA-7` → `GA-7`: ETS writes ids in full up to version 5.5, and shortened in some places since. */
const plainId = (id: string): string => id.replace(/^P-[^_]*_/, "");

/** Where somebody lives or walks: a device there acts or measures there. What is in a distribution board acts elsewhere. */
const ROOMS: ReadonlySet<string> = new Set(["Room", "Corridor", "Stairway"]);

const roomAround = (spaces: readonly Space[]): Space | undefined =>
  spaces.some(({ type }) => type === "DistributionBoard")
    ? undefined
    : spaces.findLast(({ type }) => ROOMS.has(type));

/** A function is put where it is meant: the smallest part of the house around it, as long as it is a part. */
const areaAround = (spaces: readonly Space[]): Space | undefined =>
  spaces.findLast(({ type }) => ROOMS.has(type)) ??
  spaces.findLast(({ type }) => type === "Floor" || type === "Area");
