import { type Files, knx } from "./archives.ts";

/*
 * One house, as each generation of ETS writes it. Written by hand after what is public about the files.
 */

const APPLICATION = "M-0083_A-0013-11-A9D6";

/** How a generation writes what is the same. */
type Dialect = Readonly<{
  schema: number;
  /** `Project.xml` of ETS 4. */
  information: string;
  /** In front of references to objects and addresses. */
  object: string;
  address: string;
  /** The links of an object: in elements until ETS 5.5, then in an attribute. */
  links: "elements" | "attribute";
  space: "BuildingPart" | "Space";
  /** ETS 6 has segments between lines and devices. */
  segment: boolean;
}>;

// biome-ignore format: read by column
export const DIALECTS = [
  { is: "ETS 4.1", schema: 10, information: "Project.xml", object: `${APPLICATION}_`, address: "P-01B2-0_", links: "elements",  space: "BuildingPart", segment: false },
  { is: "ETS 4.2", schema: 11, information: "Project.xml", object: `${APPLICATION}_`, address: "P-01B2-0_", links: "elements",  space: "BuildingPart", segment: false },
  { is: "ETS 5.0", schema: 12, information: "project.xml", object: `${APPLICATION}_`, address: "P-01B2-0_", links: "elements",  space: "BuildingPart", segment: false },
  { is: "ETS 5.1", schema: 13, information: "project.xml", object: `${APPLICATION}_`, address: "P-01B2-0_", links: "elements",  space: "BuildingPart", segment: false },
  { is: "ETS 5.6", schema: 14, information: "project.xml", object: "",                address: "P-01B2-0_", links: "elements",  space: "Space",        segment: false },
  { is: "ETS 5.7", schema: 20, information: "project.xml", object: "",                address: "",          links: "attribute", space: "Space",        segment: false },
  { is: "ETS 6.0", schema: 21, information: "project.xml", object: "",                address: "",          links: "attribute", space: "Space",        segment: true  },
  { is: "ETS 6.1", schema: 22, information: "project.xml", object: "",                address: "",          links: "attribute", space: "Space",        segment: true  },
  { is: "ETS 6.3", schema: 23, information: "project.xml", object: "",                address: "",          links: "attribute", space: "Space",        segment: true  },
] as const satisfies readonly (Dialect & { is: string })[];

/** All files of the project, unprotected. */
export const house = (dialect: Dialect): Files => {
  const { schema, information } = dialect;
  return {
    "knx_master.xml": knx(schema, `<MasterData Version="7" />`),
    "P-01B2.signature": "x",
    [`P-01B2/${information}`]: knx(
      schema,
      `<Project Id="P-01B2"><ProjectInformation Name="Haus am See" GroupAddressStyle="ThreeLevel" /></Project>`,
    ),
    "P-01B2/0.xml": installation(dialect),
    "M-0083/Hardware.xml": hardware(schema),
    [`M-0083/${APPLICATION}.xml`]: application(schema),
  };
};

const installation = (dialect: Dialect): string => {
  const { schema, space, segment, address } = dialect;
  const devices = `
<DeviceInstance Id="P-01B2-0_DI-1" Address="5" Name="Schaltaktor" ProductRefId="M-0083_H-19-1_P-AKS" Hardware2ProgramRefId="M-0083_H-19-1_HP-0013-11-A9D6">
  <ComObjectInstanceRefs>
    ${object(dialect, "O-3_R-31", ["GA-2", "GA-4"])}
    ${object(dialect, "O-4_R-41", ["GA-3"], `ReadFlag="Enabled"`)}
    ${object(dialect, "O-9_R-91", [])}
  </ComObjectInstanceRefs>
  <AdditionalAddresses><Address Address="77" Name="" /></AdditionalAddresses>
</DeviceInstance>
<DeviceInstance Id="P-01B2-0_DI-2" Address="17" ProductRefId="M-0083_H-19-1_P-BE" Hardware2ProgramRefId="M-0083_H-19-1_HP-0013-11-A9D6">
  <ComObjectInstanceRefs>${object(dialect, "O-5_R-51", ["GA-2"], `DatapointType="DPST-1-1"`)}</ComObjectInstanceRefs>
</DeviceInstance>`;
  return knx(
    schema,
    `<Project Id="P-01B2"><Installations><Installation Name="" InstallationId="0">
<Topology><Area Id="P-01B2-0_A-2" Address="1"><Line Id="P-01B2-0_L-3" Address="3">
${segment ? `<Segment Id="P-01B2-0_S-1" Number="0" MediumTypeRefId="MT-0">${devices}</Segment>` : devices}
</Line></Area></Topology>
<${space === "Space" ? "Locations" : "Buildings"}>
<${space} Id="P-01B2-0_BP-1" Name="Haus" Type="Building">
  <${space} Id="P-01B2-0_BP-2" Name="Erdgeschoss" Type="Floor">
    <${space} Id="P-01B2-0_BP-3" Name="Küche" Type="Room">
      <DeviceInstanceRef RefId="P-01B2-0_DI-2" />
      <Function Id="P-01B2-0_F-1" Name="Deckenlicht" Type="FT-1">
        <GroupAddressRef Id="P-01B2-0_GF-1" Name="" Role="InfoOnOff" RefId="${address}GA-3" />
      </Function>
      <${space} Id="P-01B2-0_BP-4" Name="Verteiler" Type="DistributionBoard"><DeviceInstanceRef RefId="P-01B2-0_DI-1" /></${space}>
    </${space}>
  </${space}>
</${space}>
</${space === "Space" ? "Locations" : "Buildings"}>
<GroupAddresses><GroupRanges>
<GroupRange Id="P-01B2-0_GR-1" RangeStart="2048" RangeEnd="4095" Name="Licht">
  <GroupRange Id="P-01B2-0_GR-2" RangeStart="2560" RangeEnd="2815" Name="Schalten">
    <GroupAddress Id="P-01B2-0_GA-3" Address="2571" Name="Decke Status" />
    <GroupAddress Id="P-01B2-0_GA-2" Address="2563" Name="Decke &amp; Wand" Description="mit&#10;Taster" />
  </GroupRange>
</GroupRange>
<GroupRange Id="P-01B2-0_GR-3" RangeStart="6144" RangeEnd="8191" Name="Klima">
  <GroupRange Id="P-01B2-0_GR-4" RangeStart="6400" RangeEnd="6655" Name="Räume">
    <GroupAddress Id="P-01B2-0_GA-4" Address="6407" Name="Temperatur" DatapointType="DPST-9-1" />
  </GroupRange>
</GroupRange>
</GroupRanges></GroupAddresses>
</Installation></Installations></Project>`,
  );
};

const object = (
  { object: before, address, links }: Dialect,
  ref: string,
  addresses: readonly string[],
  more = "",
): string => {
  const start = `<ComObjectInstanceRef RefId="${before}${ref}" ${more}`;
  if (addresses.length === 0) return `${start} />`;
  if (links === "attribute") return `${start} Links="${addresses.join(" ")}" />`;
  const [send, ...receive] = addresses;
  return `${start}><Connectors><Send GroupAddressRefId="${address}${send}" />${receive
    .map((one) => `<Receive GroupAddressRefId="${address}${one}" />`)
    .join("")}</Connectors></ComObjectInstanceRef>`;
};

const hardware = (schema: number): string =>
  knx(
    schema,
    `<ManufacturerData><Manufacturer RefId="M-0083"><Hardware>
<Hardware Id="M-0083_H-19-1" Name="AKS"><Products>
  <Product Id="M-0083_H-19-1_P-AKS" Text="Switch actuator" OrderNumber="AKS-2016.02" />
  <Product Id="M-0083_H-19-1_P-BE" Text="Push button" OrderNumber="BE-04" />
</Products><Hardware2Programs>
  <Hardware2Program Id="M-0083_H-19-1_HP-0013-11-A9D6"><ApplicationProgramRef RefId="${APPLICATION}" /></Hardware2Program>
</Hardware2Programs></Hardware></Hardware>
<Languages><Language Identifier="de-DE"><TranslationUnit RefId="M-0083_H-19-1_P-AKS">
  <TranslationElement RefId="M-0083_H-19-1_P-AKS"><Translation AttributeName="Text" Text="Schaltaktor 20fach" /></TranslationElement>
</TranslationUnit></Language></Languages></Manufacturer></ManufacturerData>`,
  );

/** 3: a switch, 4: its status, which cannot be read as delivered, 5: a button. */
const application = (schema: number): string =>
  knx(
    schema,
    `<ManufacturerData><Manufacturer RefId="M-0083"><ApplicationPrograms><ApplicationProgram Id="${APPLICATION}"><Static>
<ComObjectTable>
  <ComObject Id="${APPLICATION}_O-3" Number="3" ObjectSize="1 Bit" ${flags("CW")} DatapointType="DPST-1-2" />
  <ComObject Id="${APPLICATION}_O-4" Number="4" ObjectSize="1 Bit" ${flags("CT")} />
  <ComObject Id="${APPLICATION}_O-5" Number="5" ObjectSize="1 Bit" ${flags("CWT")} />
</ComObjectTable><ComObjectRefs>
  <ComObjectRef Id="${APPLICATION}_O-3_R-31" RefId="${APPLICATION}_O-3" DatapointType="DPST-1-1" />
  <ComObjectRef Id="${APPLICATION}_O-4_R-41" RefId="${APPLICATION}_O-4" DatapointType="DPST-1-11" />
  <ComObjectRef Id="${APPLICATION}_O-5_R-51" RefId="${APPLICATION}_O-5" WriteFlag="Disabled" UpdateFlag="Enabled" />
</ComObjectRefs></Static><Dynamic><ComObjectRefRef RefId="${APPLICATION}_O-3_R-31" /></Dynamic></ApplicationProgram></ApplicationPrograms>
</Manufacturer></ManufacturerData>`,
  );

/** Attributes of an object, all six of them. */
export const flags = (letters: string): string =>
  FLAGS.map(
    ([letter, name]) => `${name}="${letters.includes(letter) ? "Enabled" : "Disabled"}"`,
  ).join(" ");

const FLAGS = [
  ["R", "ReadFlag"],
  ["W", "WriteFlag"],
  ["C", "CommunicationFlag"],
  ["T", "TransmitFlag"],
  ["U", "UpdateFlag"],
  ["I", "ReadOnInitFlag"],
] as const;
