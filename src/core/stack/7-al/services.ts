import type { Mode } from "../../impulse.ts";
import type { Field } from "./layout.ts";

/**
 * A service of the application layer.
 *
 * code: ten bits · form 4: only the upper four of them name the service, the layout begins in the six others · last: the end of
 * a range of codes · modes: how it may travel; G group, TG tag group, B broadcast, SB system broadcast (on TP1 the same), CL
 * connectionless, CO in a connection · kind: C confirmed by a response, V only in verify mode, U unconfirmed, R a response
 */
type Service = Readonly<{
  code: number;
  form?: 4;
  last?: number;
  modes: readonly Travel[];
  kind: "C" | "V" | "U" | "R";
  layout: readonly Field[];
}>;

type Travel = "G" | "TG" | "B" | "SB" | "CL" | "CO";

const G = ["G"] as const;
const TG = ["TG"] as const;
const B = ["B"] as const;
const SB = ["SB"] as const;
const ANY_BROADCAST = ["B", "SB"] as const;
const CO = ["CO"] as const;
const POINT_TO_POINT = ["CL", "CO"] as const;
const NETWORK = ["B", "CL", "CO"] as const;
const EVERY = ["G", "TG", "B", "SB", "CL", "CO"] as const;

const OBJECT = [
  ["object", 8],
  ["pid", 8],
] as const;
const ELEMENTS = [...OBJECT, ["count", 4], ["start", 12]] as const;
const EXT_OBJECT = [
  ["objectType", 16],
  ["instance", 12],
  ["pid", 12],
] as const;
const EXT_ELEMENTS = [...EXT_OBJECT, ["count", 8], ["start", 16]] as const;
const MEMORY = [
  ["number", 6],
  ["address", 16],
] as const;
const USER_MEMORY = [
  ["address", 4],
  ["number", 4],
  ["address", 16],
] as const;
const COUPLER_MEMORY = [
  ["number", 8],
  ["address", 16],
] as const;
const BITS = [
  ["and", "octets", "number"],
  ["xor", "octets", "number"],
] as const;
const PARAMETER = [
  ["objectType", 16],
  ["pid", 8],
] as const;
const SYSTEM_PARAMETER = [
  ["objectType", 16],
  ["pid", 12],
  ["_", 4],
] as const;
const SERIAL = [["serial", "octets", 6]] as const;
const GROUP_PROPERTY = [
  ["objectType", 16],
  ["instance", 8],
  ["pid", 8],
] as const;
const NUMBERED_DATA = ["data", "octets", "number"] as const;
/** Whatever follows. */
const DATA = ["data", "rest", 0] as const;
/** Whatever follows, at least one octet. */
const SOME_DATA = ["data", "rest", 1] as const;

/**
 * Every code of the application layer. What is laid out nowhere is data.
 * @see KNX 03.03.07 Application Layer §3; `layers.md` D.2 (codes, modes, kinds), D.3…D.10 (layouts)
 */
// biome-ignore format: read by column
export const SERVICES = {
  A_GroupValue_Read:                        { code: 0x000, form: 4, modes: G, kind: "C", layout: [["zero", 6]] },
  A_GroupValue_Response:                    { code: 0x040, form: 4, modes: G, kind: "R", layout: [["low", 6], DATA] },
  A_GroupValue_Write:                       { code: 0x080, form: 4, modes: G, kind: "U", layout: [["low", 6], DATA] },
  A_IndividualAddress_Write:                { code: 0x0c0, modes: B, kind: "U", layout: [["address", 16]] },
  A_IndividualAddress_Read:                 { code: 0x100, modes: B, kind: "C", layout: [] },
  A_IndividualAddress_Response:             { code: 0x140, modes: B, kind: "R", layout: [] },
  A_ADC_Read:                               { code: 0x180, form: 4, modes: CO, kind: "C", layout: [["channel", 6], ["count", 8]] },
  A_ADC_Response:                           { code: 0x1c0, form: 4, modes: CO, kind: "R", layout: [["channel", 6], ["count", 8], ["sum", 16]] },
  A_SystemNetworkParameter_Read:            { code: 0x1c8, modes: SB, kind: "C", layout: [...SYSTEM_PARAMETER, SOME_DATA] },
  A_SystemNetworkParameter_Response:        { code: 0x1c9, modes: SB, kind: "R", layout: [...SYSTEM_PARAMETER, SOME_DATA] },
  A_SystemNetworkParameter_Write:           { code: 0x1ca, modes: SB, kind: "U", layout: [...SYSTEM_PARAMETER, SOME_DATA] },
  A_SystemNetworkParameter_InfoReport:      { code: 0x1cb, modes: SB, kind: "U", layout: [DATA] },
  A_PropertyExtValue_Read:                  { code: 0x1cc, modes: POINT_TO_POINT, kind: "C", layout: EXT_ELEMENTS },
  A_PropertyExtValue_Response:              { code: 0x1cd, modes: POINT_TO_POINT, kind: "R", layout: [...EXT_ELEMENTS, SOME_DATA] },
  A_PropertyExtValue_WriteCon:              { code: 0x1ce, modes: POINT_TO_POINT, kind: "C", layout: [...EXT_ELEMENTS, SOME_DATA] },
  A_PropertyExtValue_WriteConRes:           { code: 0x1cf, modes: POINT_TO_POINT, kind: "R", layout: [...EXT_ELEMENTS, ["returnCode", 8]] },
  A_PropertyExtValue_WriteUnCon:            { code: 0x1d0, modes: POINT_TO_POINT, kind: "U", layout: [...EXT_ELEMENTS, SOME_DATA] },
  A_PropertyExtValue_InfoReport:            { code: 0x1d1, modes: POINT_TO_POINT, kind: "U", layout: [...EXT_ELEMENTS, SOME_DATA] },
  A_PropertyExtDescription_Read:            { code: 0x1d2, modes: POINT_TO_POINT, kind: "C", layout: [...EXT_OBJECT, ["descriptionType", 4], ["index", 12]] },
  A_PropertyExtDescription_Response:        { code: 0x1d3, modes: POINT_TO_POINT, kind: "R", layout: [...EXT_OBJECT, ["descriptionType", 4], ["index", 12], ["dptMain", 16], ["dptSub", 16], ["writable", 1], ["_", 1], ["pdt", 6], ["max", 16], ["readLevel", 4], ["writeLevel", 4]] },
  A_FunctionPropertyExtCommand:             { code: 0x1d4, modes: POINT_TO_POINT, kind: "C", layout: [...EXT_OBJECT, DATA] },
  A_FunctionPropertyExtState_Read:          { code: 0x1d5, modes: POINT_TO_POINT, kind: "C", layout: [...EXT_OBJECT, DATA] },
  A_FunctionPropertyExtState_Response:      { code: 0x1d6, modes: POINT_TO_POINT, kind: "R", layout: [...EXT_OBJECT, ["returnCode", 8], DATA] },
  A_MemoryExtended_Write:                   { code: 0x1fb, modes: POINT_TO_POINT, kind: "C", layout: [["number", 8], ["address", 24], NUMBERED_DATA] },
  A_MemoryExtended_WriteResponse:           { code: 0x1fc, modes: POINT_TO_POINT, kind: "R", layout: [["returnCode", 8], ["address", 24], ["crc", "rest", [0, 2]]] },
  A_MemoryExtended_Read:                    { code: 0x1fd, modes: POINT_TO_POINT, kind: "C", layout: [["number", 8], ["address", 24]] },
  A_MemoryExtended_ReadResponse:            { code: 0x1fe, modes: POINT_TO_POINT, kind: "R", layout: [["returnCode", 8], ["address", 24], DATA] },
  A_Memory_Read:                            { code: 0x200, form: 4, modes: POINT_TO_POINT, kind: "C", layout: MEMORY },
  A_Memory_Response:                        { code: 0x240, form: 4, modes: POINT_TO_POINT, kind: "R", layout: [...MEMORY, NUMBERED_DATA] },
  /** `data`: whatever follows, here and with A_UserMemory_Write: a number that lies has an answer of its own. */
  A_Memory_Write:                           { code: 0x280, form: 4, modes: POINT_TO_POINT, kind: "V", layout: [...MEMORY, DATA] },
  A_UserMemory_Read:                        { code: 0x2c0, modes: CO, kind: "C", layout: USER_MEMORY },
  A_UserMemory_Response:                    { code: 0x2c1, modes: CO, kind: "R", layout: [...USER_MEMORY, NUMBERED_DATA] },
  A_UserMemory_Write:                       { code: 0x2c2, modes: CO, kind: "V", layout: [...USER_MEMORY, DATA] },
  A_UserMemoryBit_Write:                    { code: 0x2c4, modes: CO, kind: "V", layout: [["number", 8], ["address", 16], ...BITS] },
  A_UserManufacturerInfo_Read:              { code: 0x2c5, modes: CO, kind: "C", layout: [] },
  A_UserManufacturerInfo_Response:          { code: 0x2c6, modes: CO, kind: "R", layout: [["manufacturer", 8], ["data", "octets", 2]] },
  A_FunctionPropertyCommand:                { code: 0x2c7, modes: POINT_TO_POINT, kind: "C", layout: [...OBJECT, DATA] },
  A_FunctionPropertyState_Read:             { code: 0x2c8, modes: POINT_TO_POINT, kind: "C", layout: [...OBJECT, DATA] },
  /** `data`: the return code first; none at all where the property is no function. */
  A_FunctionPropertyState_Response:         { code: 0x2c9, modes: POINT_TO_POINT, kind: "R", layout: [...OBJECT, DATA] },
  A_UserMessage:                            { code: 0x2ca, last: 0x2f7, modes: CO, kind: "U", layout: [DATA] },
  A_ManufacturerMessage:                    { code: 0x2f8, last: 0x2fe, modes: POINT_TO_POINT, kind: "U", layout: [DATA] },
  A_DeviceDescriptor_Read:                  { code: 0x300, form: 4, modes: POINT_TO_POINT, kind: "C", layout: [["descriptorType", 6]] },
  /** The same code on a system broadcast is A_DeviceDescriptor_InfoReport, of devices that are being taught. */
  A_DeviceDescriptor_Response:              { code: 0x340, form: 4, modes: ["CL", "CO", "SB"], kind: "R", layout: [["descriptorType", 6], ["descriptor", "rest", 0]] },
  A_Restart:                                { code: 0x380, modes: POINT_TO_POINT, kind: "U", layout: [] },
  A_Restart_MasterReset:                    { code: 0x381, modes: POINT_TO_POINT, kind: "C", layout: [["eraseCode", 8], ["channel", 8]] },
  A_Restart_Response:                       { code: 0x3a1, modes: POINT_TO_POINT, kind: "R", layout: [["errorCode", 8], ["processTime", 16]] },
  A_FilterTable_Open:                       { code: 0x3c0, modes: CO, kind: "U", layout: [] },
  A_FilterTable_Read:                       { code: 0x3c1, modes: CO, kind: "C", layout: COUPLER_MEMORY },
  A_FilterTable_Response:                   { code: 0x3c2, modes: CO, kind: "R", layout: [...COUPLER_MEMORY, NUMBERED_DATA] },
  A_FilterTable_Write:                      { code: 0x3c3, modes: CO, kind: "V", layout: [...COUPLER_MEMORY, NUMBERED_DATA] },
  A_RouterMemory_Read:                      { code: 0x3c8, modes: CO, kind: "C", layout: COUPLER_MEMORY },
  A_RouterMemory_Response:                  { code: 0x3c9, modes: CO, kind: "R", layout: [...COUPLER_MEMORY, NUMBERED_DATA] },
  A_RouterMemory_Write:                     { code: 0x3ca, modes: CO, kind: "V", layout: [...COUPLER_MEMORY, NUMBERED_DATA] },
  A_RouterStatus_Read:                      { code: 0x3cd, modes: CO, kind: "C", layout: [DATA] },
  A_RouterStatus_Response:                  { code: 0x3ce, modes: CO, kind: "R", layout: [DATA] },
  A_RouterStatus_Write:                     { code: 0x3cf, modes: CO, kind: "U", layout: [DATA] },
  A_MemoryBit_Write:                        { code: 0x3d0, modes: CO, kind: "V", layout: [["number", 8], ["address", 16], ...BITS] },
  A_Authorize_Request:                      { code: 0x3d1, modes: CO, kind: "C", layout: [["_", 8], ["key", "octets", 4]] },
  A_Authorize_Response:                     { code: 0x3d2, modes: CO, kind: "R", layout: [["level", 8]] },
  A_Key_Write:                              { code: 0x3d3, modes: CO, kind: "C", layout: [["level", 8], ["key", "octets", 4]] },
  A_Key_Response:                           { code: 0x3d4, modes: CO, kind: "R", layout: [["level", 8]] },
  A_PropertyValue_Read:                     { code: 0x3d5, modes: POINT_TO_POINT, kind: "C", layout: ELEMENTS },
  A_PropertyValue_Response:                 { code: 0x3d6, modes: POINT_TO_POINT, kind: "R", layout: [...ELEMENTS, DATA] },
  A_PropertyValue_Write:                    { code: 0x3d7, modes: POINT_TO_POINT, kind: "C", layout: [...ELEMENTS, SOME_DATA] },
  A_PropertyDescription_Read:               { code: 0x3d8, modes: POINT_TO_POINT, kind: "C", layout: [...OBJECT, ["index", 8]] },
  A_PropertyDescription_Response:           { code: 0x3d9, modes: POINT_TO_POINT, kind: "R", layout: [...OBJECT, ["index", 8], ["writable", 1], ["_", 1], ["pdt", 6], ["_", 4], ["max", 12], ["readLevel", 4], ["writeLevel", 4]] },
  A_NetworkParameter_Read:                  { code: 0x3da, modes: NETWORK, kind: "C", layout: [...PARAMETER, DATA] },
  /** The same code unasked is A_NetworkParameter_InfoReport. */
  A_NetworkParameter_Response:              { code: 0x3db, modes: NETWORK, kind: "R", layout: [...PARAMETER, DATA] },
  A_IndividualAddressSerialNumber_Read:     { code: 0x3dc, modes: B, kind: "C", layout: SERIAL },
  A_IndividualAddressSerialNumber_Response: { code: 0x3dd, modes: B, kind: "R", layout: [...SERIAL, ["domain", 16], ["_", 16]] },
  A_IndividualAddressSerialNumber_Write:    { code: 0x3de, modes: B, kind: "U", layout: [...SERIAL, ["address", 16], ["_", 32]] },
  /** Withdrawn, still heard of old devices. */
  A_ServiceInformation_Indication:          { code: 0x3df, modes: B, kind: "U", layout: [["_", 5], ["verify", 1], ["duplicateAddress", 1], ["stopped", 1], ["_", 16]] },
  A_DomainAddress_Write:                    { code: 0x3e0, modes: ANY_BROADCAST, kind: "U", layout: [["domain", "rest", [2, 6]]] },
  A_DomainAddress_Read:                     { code: 0x3e1, modes: ANY_BROADCAST, kind: "C", layout: [] },
  A_DomainAddress_Response:                 { code: 0x3e2, modes: ANY_BROADCAST, kind: "R", layout: [["domain", "rest", [2, 6]]] },
  A_DomainAddressSelective_Read:            { code: 0x3e3, modes: ANY_BROADCAST, kind: "C", layout: [["domain", 16], ["from", 16], ["range", 8]] },
  A_NetworkParameter_Write:                 { code: 0x3e4, modes: NETWORK, kind: "U", layout: [...PARAMETER, SOME_DATA] },
  A_Link_Read:                              { code: 0x3e5, modes: POINT_TO_POINT, kind: "C", layout: [["groupObject", 8], ["_", 4], ["start", 4]] },
  A_Link_Response:                          { code: 0x3e6, modes: POINT_TO_POINT, kind: "R", layout: [["groupObject", 8], ["sending", 4], ["start", 4], ["addresses", "rest", [0, 2, 4, 6, 8, 10, 12]]] },
  A_Link_Write:                             { code: 0x3e7, modes: POINT_TO_POINT, kind: "C", layout: [["groupObject", 8], ["_", 6], ["delete", 1], ["sending", 1], ["address", 16]] },
  A_GroupPropValue_Read:                    { code: 0x3e8, modes: TG, kind: "C", layout: GROUP_PROPERTY },
  A_GroupPropValue_Response:                { code: 0x3e9, modes: TG, kind: "R", layout: [...GROUP_PROPERTY, DATA] },
  A_GroupPropValue_Write:                   { code: 0x3ea, modes: TG, kind: "U", layout: [...GROUP_PROPERTY, SOME_DATA] },
  A_GroupPropValue_InfoReport:              { code: 0x3eb, modes: TG, kind: "U", layout: [...GROUP_PROPERTY, DATA] },
  A_DomainAddressSerialNumber_Read:         { code: 0x3ec, modes: ANY_BROADCAST, kind: "C", layout: SERIAL },
  A_DomainAddressSerialNumber_Response:     { code: 0x3ed, modes: ANY_BROADCAST, kind: "R", layout: [...SERIAL, ["domain", "rest", [2, 6]]] },
  A_DomainAddressSerialNumber_Write:        { code: 0x3ee, modes: ANY_BROADCAST, kind: "U", layout: [...SERIAL, ["domain", "rest", [2, 4, 6, 21]]] },
  A_FileStream_InfoReport:                  { code: 0x3f0, modes: POINT_TO_POINT, kind: "U", layout: [["handle", 4], ["sequence", 4], DATA] },
  A_SecureService:                          { code: 0x3f1, modes: EVERY, kind: "U", layout: [["scf", 8], SOME_DATA] },
} as const satisfies Record<string, Service>;

export type ServiceName = keyof typeof SERVICES;

/** The service of a code; the exact ones first, because the spaces of both forms overlap (1C8 … 1FE). */
export const serviceOf = (code: number): ServiceName | undefined =>
  EXACT.get(code) ?? SHORT[code >> 6];

/** @returns whether the standard lets this service travel like this */
export const mayTravel = (name: ServiceName, mode: Mode): boolean => {
  const { modes }: Service = SERVICES[name];
  return TRAVELS[mode].some((travel) => modes.includes(travel));
};

/** @returns whether the standard knows this service to group addresses */
export const travelsInGroups = (name: ServiceName): boolean => {
  const { modes }: Service = SERVICES[name];
  return modes.includes("G");
};

/** TP1 has no system broadcast of its own: those services come as broadcast. */
const TRAVELS = {
  broadcast: ["B", "SB"],
  connectionless: ["CL"],
  connected: ["CO"],
} as const satisfies Record<Mode, readonly Travel[]>;

/** What devices tell, asked or unasked; everything else is asked of them. */
export const isAnswer = (name: ServiceName): boolean =>
  SERVICES[name].kind === "R" || name.endsWith("_InfoReport");

const NAMES = Object.keys(SERVICES).filter((name): name is ServiceName => name in SERVICES);

/** How many low bits of its code belong to the layout. */
export const lowBits = (name: ServiceName): 0 | 6 => ("form" in SERVICES[name] ? 6 : 0);

const EXACT: ReadonlyMap<number, ServiceName> = new Map(
  NAMES.flatMap((name) => {
    if (lowBits(name) > 0) return [];
    const row: Service = SERVICES[name];
    const codes = Array.from(
      { length: (row.last ?? row.code) - row.code + 1 },
      (_, n) => row.code + n,
    );
    return codes.map((code) => [code, name] as const);
  }),
);

const SHORT: readonly (ServiceName | undefined)[] = Array.from({ length: 16 }, (_, upper) =>
  NAMES.find((name) => lowBits(name) > 0 && SERVICES[name].code >> 6 === upper),
);
