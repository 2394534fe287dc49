import type { Octets } from "../../octets.ts";

/*
 * APDU: two octets, then data       b0  0 0 0 0 0 0 x x    b1  x x y y y y y y
 * The code is ten bits long; services of the first kind use only its upper four and put data or a number into the rest.
 */

/** Services that use the upper four bits of the code. */
const SHORT_CODES: Readonly<Record<number, string>> = {
  0: "A_GroupValue_Read",
  64: "A_GroupValue_Response",
  128: "A_GroupValue_Write",
  384: "A_ADC_Read",
  448: "A_ADC_Response",
  512: "A_Memory_Read",
  576: "A_Memory_Response",
  640: "A_Memory_Write",
  768: "A_DeviceDescriptor_Read",
  832: "A_DeviceDescriptor_Response",
};

/** Services that use all ten bits. Where both tables know a code, this one is right (`layers.md` D.1). */
const LONG_CODES: Readonly<Record<number, string>> = {
  192: "A_IndividualAddress_Write",
  256: "A_IndividualAddress_Read",
  320: "A_IndividualAddress_Response",
  456: "A_SystemNetworkParameter_Read",
  457: "A_SystemNetworkParameter_Response",
  458: "A_SystemNetworkParameter_Write",
  459: "A_SystemNetworkParameter_InfoReport",
  460: "A_PropertyExtValue_Read",
  461: "A_PropertyExtValue_Response",
  462: "A_PropertyExtValue_WriteCon",
  463: "A_PropertyExtValue_WriteConRes",
  464: "A_PropertyExtValue_WriteUnCon",
  465: "A_PropertyExtValue_InfoReport",
  466: "A_PropertyExtDescription_Read",
  467: "A_PropertyExtDescription_Response",
  468: "A_FunctionPropertyExtCommand",
  469: "A_FunctionPropertyExtState_Read",
  470: "A_FunctionPropertyExtState_Response",
  507: "A_MemoryExtended_Write",
  508: "A_MemoryExtended_WriteResponse",
  509: "A_MemoryExtended_Read",
  510: "A_MemoryExtended_ReadResponse",
  704: "A_UserMemory_Read",
  705: "A_UserMemory_Response",
  706: "A_UserMemory_Write",
  708: "A_UserMemoryBit_Write",
  709: "A_UserManufacturerInfo_Read",
  710: "A_UserManufacturerInfo_Response",
  711: "A_FunctionPropertyCommand",
  712: "A_FunctionPropertyState_Read",
  713: "A_FunctionPropertyState_Response",
  896: "A_Restart",
  897: "A_Restart",
  929: "A_Restart_Response",
  960: "A_FilterTable_Open",
  961: "A_FilterTable_Read",
  962: "A_FilterTable_Response",
  963: "A_FilterTable_Write",
  968: "A_RouterMemory_Read",
  969: "A_RouterMemory_Response",
  970: "A_RouterMemory_Write",
  973: "A_RouterStatus_Read",
  974: "A_RouterStatus_Response",
  975: "A_RouterStatus_Write",
  976: "A_MemoryBit_Write",
  977: "A_Authorize_Request",
  978: "A_Authorize_Response",
  979: "A_Key_Write",
  980: "A_Key_Response",
  981: "A_PropertyValue_Read",
  982: "A_PropertyValue_Response",
  983: "A_PropertyValue_Write",
  984: "A_PropertyDescription_Read",
  985: "A_PropertyDescription_Response",
  986: "A_NetworkParameter_Read",
  987: "A_NetworkParameter_Response",
  988: "A_IndividualAddressSerialNumber_Read",
  989: "A_IndividualAddressSerialNumber_Response",
  990: "A_IndividualAddressSerialNumber_Write",
  992: "A_DomainAddress_Write",
  993: "A_DomainAddress_Read",
  994: "A_DomainAddress_Response",
  995: "A_DomainAddressSelective_Read",
  996: "A_NetworkParameter_Write",
  997: "A_Link_Read",
  998: "A_Link_Response",
  999: "A_Link_Write",
  1000: "A_GroupPropValue_Read",
  1001: "A_GroupPropValue_Response",
  1002: "A_GroupPropValue_Write",
  1003: "A_GroupPropValue_InfoReport",
  1004: "A_DomainAddressSerialNumber_Read",
  1005: "A_DomainAddressSerialNumber_Response",
  1006: "A_DomainAddressSerialNumber_Write",
  1008: "A_FileStream_InfoReport",
  1009: "A_SecureService",
};

/** A service by its name in the standard, the data in the low bits of its second octet, and what follows. */
export type Apdu = Readonly<{
  service: string;
  /** The code has four bits; the rest of the second octet belongs to the service. */
  short: boolean;
  /** Low six bits of the second octet for services with a four-bit code, otherwise 0. */
  low: number;
  /** The ASDU: octets after the second one. */
  data: Octets;
}>;

/**
 * @param apdu at least 2 octets
 * @returns undefined when the standard defines no service of this code
 * @see KNX 03.03.07 Application Layer §3; `layers.md` D.1, D.2
 */
export const decodeApdu = (apdu: Octets): Apdu | undefined => {
  const code = (((apdu[0] ?? 0) & 0x03) << 8) | (apdu[1] ?? 0);
  const data = apdu.slice(2);
  const long = LONG_CODES[code];
  if (long !== undefined) return { service: long, short: false, low: 0, data };
  const short = SHORT_CODES[code & 0x3c0];
  return short === undefined ? undefined : { service: short, short: true, low: code & 0x3f, data };
};

/** The two octets of a code, `low` in the six low bits of the second. */
export const encodeApci = (code: number, low = 0): readonly [number, number] => [
  code >> 8,
  (code & 0xff) | low,
];
