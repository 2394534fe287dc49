import type { Apdu } from "../../../../src/core/stack/7-al/apdu.ts";
import { hex } from "../../../../src/testing/watch.ts";

/** `mode`: how the frame travels, `CO` a connection with its sequence number in the first octet. */
export type Vector = Readonly<{
  id: string;
  mode: "G" | "TG" | "B" | "CL" | "CO";
  tpdu: string;
  apdu: Apdu;
}>;

const KEY = hex("FF FF FF FF");
const SERIAL = hex("AA BB CC 11 22 33");
const NONE = hex("");

/** Source: layers.md E.3; the records are its column "meaning". */
// biome-ignore format: read by column
export const VECTORS: readonly Vector[] = [
  { id: "A01", mode: "G",  tpdu: "00 00",                             apdu: { service: "A_GroupValue_Read" } },
  { id: "A02", mode: "G",  tpdu: "00 41",                             apdu: { service: "A_GroupValue_Response", low: 1, data: NONE } },
  { id: "A03", mode: "G",  tpdu: "00 81",                             apdu: { service: "A_GroupValue_Write", low: 1, data: NONE } },
  { id: "A04", mode: "G",  tpdu: "00 80 0C 34",                       apdu: { service: "A_GroupValue_Write", low: 0, data: hex("0C 34") } },
  { id: "A05", mode: "B",  tpdu: "00 C0 12 03",                       apdu: { service: "A_IndividualAddress_Write", address: 0x1203 } },
  { id: "A06", mode: "B",  tpdu: "01 00",                             apdu: { service: "A_IndividualAddress_Read" } },
  { id: "A07", mode: "B",  tpdu: "01 40",                             apdu: { service: "A_IndividualAddress_Response" } },
  { id: "A08", mode: "CL", tpdu: "01 82 04",                          apdu: { service: "A_ADC_Read", channel: 2, count: 4 } },
  { id: "A09", mode: "CL", tpdu: "01 C2 04 03 FF",                    apdu: { service: "A_ADC_Response", channel: 2, count: 4, sum: 1023 } },
  { id: "A10", mode: "B",  tpdu: "01 C8 00 00 00 B0 01",              apdu: { service: "A_SystemNetworkParameter_Read", objectType: 0, pid: 11, data: hex("01") } },
  { id: "A11", mode: "B",  tpdu: "01 C9 00 00 00 B0 01 00 FA 00 00 00 01", apdu: { service: "A_SystemNetworkParameter_Response", objectType: 0, pid: 11, data: hex("01 00 FA 00 00 00 01") } },
  { id: "A12", mode: "CL", tpdu: "01 CC 00 00 00 10 0B 01 00 01",     apdu: { service: "A_PropertyExtValue_Read", objectType: 0, instance: 1, pid: 11, count: 1, start: 1 } },
  { id: "A13", mode: "CL", tpdu: "01 CD 00 00 00 10 FF 00 00 01 FD",  apdu: { service: "A_PropertyExtValue_Response", objectType: 0, instance: 1, pid: 255, count: 0, start: 1, data: hex("FD") } },
  { id: "A14", mode: "CL", tpdu: "01 CE 00 11 00 10 33 01 00 01 AA BB", apdu: { service: "A_PropertyExtValue_WriteCon", objectType: 17, instance: 1, pid: 51, count: 1, start: 1, data: hex("AA BB") } },
  { id: "A15", mode: "CL", tpdu: "01 CF 00 11 00 10 33 01 00 01 00",  apdu: { service: "A_PropertyExtValue_WriteConRes", objectType: 17, instance: 1, pid: 51, count: 1, start: 1, returnCode: 0 } },
  { id: "A16", mode: "CL", tpdu: "01 D0 00 11 00 10 33 01 00 01 AA BB", apdu: { service: "A_PropertyExtValue_WriteUnCon", objectType: 17, instance: 1, pid: 51, count: 1, start: 1, data: hex("AA BB") } },
  { id: "A17", mode: "CL", tpdu: "01 D2 00 00 00 10 01 00 00",        apdu: { service: "A_PropertyExtDescription_Read", objectType: 0, instance: 1, pid: 1, descriptionType: 0, index: 0 } },
  { id: "A18", mode: "CL", tpdu: "01 D3 00 00 00 10 01 00 00 00 00 00 00 12 00 01 00", apdu: { service: "A_PropertyExtDescription_Response", objectType: 0, instance: 1, pid: 1, descriptionType: 0, index: 0, dptMain: 0, dptSub: 0, writable: 0, pdt: 0x12, max: 1, readLevel: 0, writeLevel: 0 } },
  { id: "A19", mode: "CL", tpdu: "01 D4 00 11 00 10 33 00 00",        apdu: { service: "A_FunctionPropertyExtCommand", objectType: 17, instance: 1, pid: 51, data: hex("00 00") } },
  { id: "A20", mode: "CL", tpdu: "01 D6 00 11 00 10 33 FF 00 00",     apdu: { service: "A_FunctionPropertyExtState_Response", objectType: 17, instance: 1, pid: 51, returnCode: 0xff, data: hex("00 00") } },
  { id: "A21", mode: "CL", tpdu: "01 FB 03 12 34 56 AA BB CC",        apdu: { service: "A_MemoryExtended_Write", number: 3, address: 0x123456, data: hex("AA BB CC") } },
  { id: "A22", mode: "CL", tpdu: "01 FC 00 12 34 56",                 apdu: { service: "A_MemoryExtended_WriteResponse", returnCode: 0, address: 0x123456, crc: NONE } },
  { id: "A23", mode: "CL", tpdu: "01 FC 01 12 34 56 AA BB",           apdu: { service: "A_MemoryExtended_WriteResponse", returnCode: 1, address: 0x123456, crc: hex("AA BB") } },
  { id: "A24", mode: "CL", tpdu: "01 FD FF 00 00 00",                 apdu: { service: "A_MemoryExtended_Read", number: 255, address: 0 } },
  { id: "A25", mode: "CL", tpdu: "01 FE F4 00 00 00",                 apdu: { service: "A_MemoryExtended_ReadResponse", returnCode: 0xf4, address: 0, data: NONE } },
  { id: "A26", mode: "CL", tpdu: "01 FE FD FF FF FF",                 apdu: { service: "A_MemoryExtended_ReadResponse", returnCode: 0xfd, address: 0xffffff, data: NONE } },
  { id: "A27", mode: "CL", tpdu: "02 0B 12 34",                       apdu: { service: "A_Memory_Read", number: 11, address: 0x1234 } },
  { id: "A28", mode: "CL", tpdu: "02 43 12 34 AA BB CC",              apdu: { service: "A_Memory_Response", number: 3, address: 0x1234, data: hex("AA BB CC") } },
  { id: "A29", mode: "CL", tpdu: "02 40 12 34",                       apdu: { service: "A_Memory_Response", number: 0, address: 0x1234, data: NONE } },
  { id: "A30", mode: "CL", tpdu: "02 83 12 34 AA BB CC",              apdu: { service: "A_Memory_Write", number: 3, address: 0x1234, data: hex("AA BB CC") } },
  { id: "A31", mode: "CL", tpdu: "02 C0 1B 23 45",                    apdu: { service: "A_UserMemory_Read", number: 11, address: 0x12345 } },
  { id: "A32", mode: "CL", tpdu: "02 C4 02 12 34 AA BB 11 22",        apdu: { service: "A_UserMemoryBit_Write", number: 2, address: 0x1234, and: hex("AA BB"), xor: hex("11 22") } },
  { id: "A33", mode: "CL", tpdu: "02 C6 AA BB CC",                    apdu: { service: "A_UserManufacturerInfo_Response", manufacturer: 0xaa, data: hex("BB CC") } },
  { id: "A34", mode: "CL", tpdu: "02 C7 00 01 01",                    apdu: { service: "A_FunctionPropertyCommand", object: 0, pid: 1, data: hex("01") } },
  { id: "A35", mode: "CL", tpdu: "02 C9 00 01",                       apdu: { service: "A_FunctionPropertyState_Response", object: 0, pid: 1, data: NONE } },
  { id: "A36", mode: "CL", tpdu: "03 00",                             apdu: { service: "A_DeviceDescriptor_Read", descriptorType: 0 } },
  { id: "A37", mode: "CL", tpdu: "03 40 07 B0",                       apdu: { service: "A_DeviceDescriptor_Response", descriptorType: 0, descriptor: hex("07 B0") } },
  { id: "A38", mode: "CL", tpdu: "03 7F",                             apdu: { service: "A_DeviceDescriptor_Response", descriptorType: 0x3f, descriptor: NONE } },
  { id: "A39", mode: "CL", tpdu: "03 80",                             apdu: { service: "A_Restart" } },
  { id: "A40", mode: "CL", tpdu: "03 81 01 00",                       apdu: { service: "A_Restart_MasterReset", eraseCode: 1, channel: 0 } },
  { id: "A41", mode: "CL", tpdu: "03 A1 00 00 03",                    apdu: { service: "A_Restart_Response", errorCode: 0, processTime: 3 } },
  { id: "A42", mode: "CL", tpdu: "03 A1 02 00 00",                    apdu: { service: "A_Restart_Response", errorCode: 2, processTime: 0 } },
  { id: "A43", mode: "CL", tpdu: "03 A1 03 00 00",                    apdu: { service: "A_Restart_Response", errorCode: 3, processTime: 0 } },
  { id: "A44", mode: "CL", tpdu: "03 C1 02 12 34",                    apdu: { service: "A_FilterTable_Read", number: 2, address: 0x1234 } },
  { id: "A45", mode: "CL", tpdu: "03 CA 02 12 34 AA BB",              apdu: { service: "A_RouterMemory_Write", number: 2, address: 0x1234, data: hex("AA BB") } },
  { id: "A46", mode: "CL", tpdu: "03 D0 02 12 34 AA BB 11 22",        apdu: { service: "A_MemoryBit_Write", number: 2, address: 0x1234, and: hex("AA BB"), xor: hex("11 22") } },
  { id: "A47", mode: "CL", tpdu: "03 D1 00 FF FF FF FF",              apdu: { service: "A_Authorize_Request", key: KEY } },
  { id: "A48", mode: "CL", tpdu: "03 D2 00",                          apdu: { service: "A_Authorize_Response", level: 0 } },
  { id: "A49", mode: "CL", tpdu: "03 D3 01 12 34 56 78",              apdu: { service: "A_Key_Write", level: 1, key: hex("12 34 56 78") } },
  { id: "A50", mode: "CL", tpdu: "03 D4 FF",                          apdu: { service: "A_Key_Response", level: 0xff } },
  { id: "A51", mode: "CL", tpdu: "03 D5 00 01 10 00",                 apdu: { service: "A_PropertyValue_Read", object: 0, pid: 1, count: 1, start: 0 } },
  { id: "A52", mode: "CL", tpdu: "03 D6 00 01 10 00 00 01",           apdu: { service: "A_PropertyValue_Response", object: 0, pid: 1, count: 1, start: 0, data: hex("00 01") } },
  { id: "A53", mode: "CL", tpdu: "03 D6 00 FE 00 01",                 apdu: { service: "A_PropertyValue_Response", object: 0, pid: 254, count: 0, start: 1, data: NONE } },
  { id: "A54", mode: "CL", tpdu: "03 D7 00 0E 10 01 04",              apdu: { service: "A_PropertyValue_Write", object: 0, pid: 14, count: 1, start: 1, data: hex("04") } },
  { id: "A55", mode: "CL", tpdu: "03 D8 00 00 02",                    apdu: { service: "A_PropertyDescription_Read", object: 0, pid: 0, index: 2 } },
  { id: "A56", mode: "CL", tpdu: "03 D9 00 1D 02 11 00 01 00",        apdu: { service: "A_PropertyDescription_Response", object: 0, pid: 0x1d, index: 2, writable: 0, pdt: 0x11, max: 1, readLevel: 0, writeLevel: 0 } },
  { id: "A57", mode: "CL", tpdu: "03 D9 7F 01 00 00 00 00 00",        apdu: { service: "A_PropertyDescription_Response", object: 0x7f, pid: 1, index: 0, writable: 0, pdt: 0, max: 0, readLevel: 0, writeLevel: 0 } },
  { id: "A58", mode: "B",  tpdu: "03 DA 00 00 0B 01",                 apdu: { service: "A_NetworkParameter_Read", objectType: 0, pid: 11, data: hex("01") } },
  { id: "A59", mode: "CL", tpdu: "03 DB FF FF FF",                    apdu: { service: "A_NetworkParameter_Response", objectType: 0xffff, pid: 0xff, data: NONE } },
  { id: "A60", mode: "B",  tpdu: "03 DC AA BB CC 11 22 33",           apdu: { service: "A_IndividualAddressSerialNumber_Read", serial: SERIAL } },
  { id: "A61", mode: "B",  tpdu: "03 DD AA BB CC 11 22 33 00 00 00 00", apdu: { service: "A_IndividualAddressSerialNumber_Response", serial: SERIAL, domain: 0 } },
  { id: "A62", mode: "B",  tpdu: "03 DE AA BB CC 11 22 33 12 03 00 00 00 00", apdu: { service: "A_IndividualAddressSerialNumber_Write", serial: SERIAL, address: 0x1203 } },
  { id: "A63", mode: "B",  tpdu: "03 E0 12 34",                       apdu: { service: "A_DomainAddress_Write", domain: hex("12 34") } },
  { id: "A64", mode: "B",  tpdu: "03 E3 12 34 11 01 05",              apdu: { service: "A_DomainAddressSelective_Read", domain: 0x1234, from: 0x1101, range: 5 } },
  { id: "A65", mode: "B",  tpdu: "03 E4 00 00 0B AA BB CC",           apdu: { service: "A_NetworkParameter_Write", objectType: 0, pid: 11, data: hex("AA BB CC") } },
  { id: "A66", mode: "CL", tpdu: "03 E5 05 03",                       apdu: { service: "A_Link_Read", groupObject: 5, start: 3 } },
  { id: "A67", mode: "CL", tpdu: "03 E6 05 23 00 01 00 02",           apdu: { service: "A_Link_Response", groupObject: 5, sending: 2, start: 3, addresses: hex("00 01 00 02") } },
  { id: "A68", mode: "CL", tpdu: "03 E6 05 00",                       apdu: { service: "A_Link_Response", groupObject: 5, sending: 0, start: 0, addresses: NONE } },
  { id: "A69", mode: "CL", tpdu: "03 E7 05 01 00 01",                 apdu: { service: "A_Link_Write", groupObject: 5, delete: 0, sending: 1, address: 0x0001 } },
  { id: "A70", mode: "TG", tpdu: "07 E8 00 11 01 33",                 apdu: { service: "A_GroupPropValue_Read", objectType: 17, instance: 1, pid: 51 } },
  { id: "A71", mode: "B",  tpdu: "03 EC AA BB CC 11 22 33",           apdu: { service: "A_DomainAddressSerialNumber_Read", serial: SERIAL } },
  { id: "A72", mode: "B",  tpdu: "03 ED AA BB CC 11 22 33 12 34",     apdu: { service: "A_DomainAddressSerialNumber_Response", serial: SERIAL, domain: hex("12 34") } },
  { id: "A73", mode: "CL", tpdu: "03 F0 53 AA BB",                    apdu: { service: "A_FileStream_InfoReport", handle: 5, sequence: 3, data: hex("AA BB") } },
  { id: "A74", mode: "CL", tpdu: "03 F1 92 00 3F 14 14 E8 E5 00 0A 46 49 29 19 B3 49 86 40 A7 65 59 48 91 9E", apdu: { service: "A_SecureService", scf: 0x92, data: hex("00 3F 14 14 E8 E5 00 0A 46 49 29 19 B3 49 86 40 A7 65 59 48 91 9E") } },
  { id: "A75", mode: "CO", tpdu: "43 00",                             apdu: { service: "A_DeviceDescriptor_Read", descriptorType: 0 } },
  { id: "A76", mode: "CO", tpdu: "43 40 57 05",                       apdu: { service: "A_DeviceDescriptor_Response", descriptorType: 0, descriptor: hex("57 05") } },
  { id: "A77", mode: "CO", tpdu: "47 D1 00 FF FF FF FF",              apdu: { service: "A_Authorize_Request", key: KEY } },
];
