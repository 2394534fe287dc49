import { zipSync } from "fflate";

/**
 * A `.knxproj` as ETS 6 makes it of a big house: group addresses in three levels, devices of a few kinds with links to them,
 * and for each kind an application program, most of which is about dialogs.
 */
export const projectFile = ({
  addresses,
  devices,
  kinds,
}: Size): Readonly<{ octets: Uint8Array; unpacked: number }> => {
  const encoder = new TextEncoder();
  const files = [
    [`${PROJECT}/project.xml`, information()] as const,
    [`${PROJECT}/0.xml`, installation(addresses, devices, kinds)] as const,
    ["M-0083/Hardware.xml", hardware(kinds)] as const,
    ...Array.from(
      { length: kinds },
      (_, kind) => [`M-0083/${programId(kind)}.xml`, program(kind)] as const,
    ),
  ].map(([name, text]) => [name, encoder.encode(text)] as const);
  return {
    octets: zipSync(Object.fromEntries(files)),
    unpacked: files.reduce((sum, [, octets]) => sum + octets.length, 0),
  };
};

export type Size = Readonly<{ addresses: number; devices: number; kinds: number }>;

const PROJECT = "P-05A1";
const OBJECTS = 200;
const TYPES = ["DPST-1-1", "DPST-5-1", "DPST-9-1", "DPST-1-8"];

const programId = (kind: number): string =>
  `M-0083_A-${(0x1000 + kind).toString(16).toUpperCase()}-12-5E3D`;

const documentOf = (content: string): string =>
  `\uFEFF<?xml version="1.0" encoding="utf-8"?>
<KNX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" CreatedBy="ETS6" ToolVersion="6.3.1.0" xmlns="http://knx.org/xml/project/23">
${content}
</KNX>`;

const information = (): string =>
  documentOf(
    `<Project Id="${PROJECT}"><ProjectInformation Name="Big house" GroupAddressStyle="ThreeLevel" /></Project>`,
  );

const installation = (addresses: number, devices: number, kinds: number): string =>
  documentOf(`<Project Id="${PROJECT}"><Installations><Installation Name="">
<Topology><Area Id="${PROJECT}-0_A-2" Address="1"><Line Id="${PROJECT}-0_L-3" Address="1">
<Segment Id="${PROJECT}-0_S-3" Number="0" MediumTypeRefId="MT-0">
${many(Math.min(devices, 255), (index) => device(index, addresses, devices, kinds))}
</Segment></Line><Line Id="${PROJECT}-0_L-4" Address="2">
${many(Math.max(0, devices - 255), (index) => device(255 + index, addresses, devices, kinds))}
</Line></Area></Topology>
<Locations><Space Type="Building" Id="${PROJECT}-0_BP-1" Name="House">
${many(100, (index) => room(index, devices))}
</Space></Locations>
<GroupAddresses><GroupRanges>
${many(Math.ceil(addresses / 2048), (main) => mainRange(main, addresses))}
</GroupRanges></GroupAddresses>
</Installation></Installations></Project>`);

const device = (index: number, addresses: number, devices: number, kinds: number): string => {
  const kind = index % kinds;
  const links = Math.ceil((2 * addresses) / devices);
  return `<DeviceInstance Id="${PROJECT}-0_DI-${index}" Address="${(index % 255) + 1}" Name="Device ${index}" ProductRefId="M-0083_H-${kind}-1_P-X.${kind}" Hardware2ProgramRefId="M-0083_H-${kind}-1_HP-${programId(kind).slice(9)}" Puid="${index + 10}">
<ParameterInstanceRefs>
${many(100, (number) => `<ParameterInstanceRef RefId="${programId(kind)}_P-${number}_R-${number}" Value="${number}" />`)}
</ParameterInstanceRefs><ComObjectInstanceRefs>
${many(links, (number) => `<ComObjectInstanceRef RefId="O-${number}_R-${number}" ChannelId="CH-${number % 8}" Links="GA-${((index * links + number) % addresses) + 1}" />`)}
</ComObjectInstanceRefs></DeviceInstance>`;
};

const room = (index: number, devices: number): string =>
  `<Space Type="Room" Id="${PROJECT}-0_BP-${index + 2}" Name="Room ${index}">
${many(Math.ceil(devices / 100), (number) => `<DeviceInstanceRef RefId="${PROJECT}-0_DI-${index + 100 * number}" />`)}
<Function Id="${PROJECT}-0_F-${index}" Name="Light ${index}" Type="FT-1">
<GroupAddressRef Id="${PROJECT}-0_GF-${index}" Name="" Role="SwitchOnOff" RefId="${PROJECT}-0_GA-${index + 1}" />
</Function></Space>`;

const mainRange = (main: number, addresses: number): string =>
  `<GroupRange Id="${PROJECT}-0_GR-${main}" RangeStart="${2048 * main}" RangeEnd="${2048 * main + 2047}" Name="Main ${main}">
${many(8, (middle) => middleRange(8 * main + middle, addresses))}
</GroupRange>`;

const middleRange = (range: number, addresses: number): string =>
  `<GroupRange Id="${PROJECT}-0_GR-M${range}" RangeStart="${256 * range}" RangeEnd="${256 * range + 255}" Name="Middle ${range}">
${many(256, (sub) => {
  const number = 256 * range + sub;
  const type = number % 2 === 0 ? ` DatapointType="${TYPES[number % 4]}"` : "";
  return number === 0 || number > addresses
    ? ""
    : `<GroupAddress Id="${PROJECT}-0_GA-${number}" Address="${number}" Name="Address number ${number}" Description="floor ${number % 7}"${type} Puid="${number}" />`;
})}
</GroupRange>`;

const hardware = (kinds: number): string =>
  documentOf(`<ManufacturerData><Manufacturer RefId="M-0083"><Hardware>
${many(
  kinds,
  (kind) => `<Hardware Id="M-0083_H-${kind}-1" Name="Hardware ${kind}"><Products>
<Product Id="M-0083_H-${kind}-1_P-X.${kind}" Text="Product ${kind}" OrderNumber="X.${kind}" /></Products><Hardware2Programs>
<Hardware2Program Id="M-0083_H-${kind}-1_HP-${programId(kind).slice(9)}"><ApplicationProgramRef RefId="${programId(kind)}" />
</Hardware2Program></Hardware2Programs></Hardware>`,
)}
</Hardware></Manufacturer></ManufacturerData>`);

/** About 2 MB. */
const program = (kind: number): string => {
  const id = programId(kind);
  return documentOf(`<ManufacturerData><Manufacturer RefId="M-0083"><ApplicationPrograms><ApplicationProgram Id="${id}"><Static>
<Parameters>
${many(4000, (number) => `<Parameter Id="${id}_P-${number}" Name="p${number}" ParameterType="${id}_PT-${number % 50}" Text="Parameter ${number}" Value="0"><Memory CodeSegment="${id}_AS-4400" Offset="${number}" BitOffset="0" /></Parameter>`)}
</Parameters><ComObjectTable>
${many(OBJECTS, (number) => `<ComObject Id="${id}_O-${number}" Name="o${number}" Text="Object ${number}" Number="${number}" FunctionText="Function" ObjectSize="1 Bit" ReadFlag="Disabled" WriteFlag="${number % 2 ? "Enabled" : "Disabled"}" CommunicationFlag="Enabled" TransmitFlag="Enabled" UpdateFlag="Disabled" ReadOnInitFlag="Disabled" DatapointType="${TYPES[number % 4]}" />`)}
</ComObjectTable><ComObjectRefs>
${many(2 * OBJECTS, (number) => `<ComObjectRef Id="${id}_O-${number % OBJECTS}_R-${number}" RefId="${id}_O-${number % OBJECTS}" Tag="${number}" />`)}
</ComObjectRefs></Static><Dynamic>
${many(10_000, (number) => `<ParameterRefRef RefId="${id}_P-${number % 4000}_R-${number}" HelpContext="h${number}" IndentLevel="0" />`)}
</Dynamic></ApplicationProgram></ApplicationPrograms></Manufacturer></ManufacturerData>`);
};

const many = (count: number, one: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => one(index)).join("\n");
