import { NO_OCTETS } from "../../octets.ts";
import type { Apdu } from "../../stack/7-al/apdu.ts";

/**
 * What the standard lets a device say that has no interface objects, no memory and no group objects: that what is asked for
 * is not there.
 * @returns undefined where silence is the answer
 * @see `layers.md` D.4 properties, D.5 memory, D.7 links, D.9 network parameters
 */
export const negative = (request: Apdu): Apdu | undefined => {
  switch (request.service) {
    case "A_PropertyValue_Read":
    case "A_PropertyValue_Write": {
      const { object, pid, start } = request;
      const service = "A_PropertyValue_Response";
      return { service, object, pid, count: 0, start, data: NO_OCTETS };
    }
    case "A_PropertyDescription_Read": {
      const { object, pid, index } = request;
      const service = "A_PropertyDescription_Response";
      return { service, object, pid, index, ...NO_DESCRIPTION };
    }
    case "A_PropertyExtValue_Read": {
      const { objectType, instance, pid, start } = request;
      const service = "A_PropertyExtValue_Response";
      return { service, objectType, instance, pid, count: 0, start, data: [ADDRESS_VOID] };
    }
    case "A_PropertyExtValue_WriteCon": {
      const { objectType, instance, pid, start } = request;
      const service = "A_PropertyExtValue_WriteConRes";
      return { service, objectType, instance, pid, count: 0, start, returnCode: ADDRESS_VOID };
    }
    case "A_PropertyExtDescription_Read": {
      const { objectType, instance, pid, index } = request;
      const service = "A_PropertyExtDescription_Response";
      const unknown = { descriptionType: 0, dptMain: 0, dptSub: 0, ...NO_DESCRIPTION };
      return { service, objectType, instance, pid, index, ...unknown };
    }
    case "A_FunctionPropertyCommand":
    case "A_FunctionPropertyState_Read": {
      const { object, pid } = request;
      return { service: "A_FunctionPropertyState_Response", object, pid, data: NO_OCTETS };
    }
    case "A_FunctionPropertyExtCommand":
    case "A_FunctionPropertyExtState_Read": {
      const { objectType, instance, pid } = request;
      const service = "A_FunctionPropertyExtState_Response";
      const nothing = { returnCode: ADDRESS_VOID, data: NO_OCTETS };
      return { service, objectType, instance, pid, ...nothing };
    }
    case "A_Memory_Read": {
      const { address } = request;
      return { service: "A_Memory_Response", number: 0, address, data: NO_OCTETS };
    }
    case "A_UserMemory_Read": {
      const { address } = request;
      return { service: "A_UserMemory_Response", number: 0, address, data: NO_OCTETS };
    }
    case "A_MemoryExtended_Read": {
      const { address } = request;
      const service = "A_MemoryExtended_ReadResponse";
      return { service, returnCode: ADDRESS_VOID, address, data: NO_OCTETS };
    }
    case "A_MemoryExtended_Write": {
      const { address } = request;
      const service = "A_MemoryExtended_WriteResponse";
      return { service, returnCode: ADDRESS_VOID, address, crc: NO_OCTETS };
    }
    case "A_Link_Read":
    case "A_Link_Write": {
      const { groupObject } = request;
      const service = "A_Link_Response";
      return { service, groupObject, sending: 0, start: 0, addresses: NO_OCTETS };
    }
    case "A_NetworkParameter_Read": {
      const known = request.objectType === DEVICE_OBJECT;
      const objectType = known ? DEVICE_OBJECT : UNKNOWN_TYPE;
      const service = "A_NetworkParameter_Response";
      return { service, objectType, pid: UNKNOWN_PID, data: NO_OCTETS };
    }
    default:
      return undefined;
  }
};

/** Return code: object, property, element or memory missing. */
const ADDRESS_VOID = 0xfd;
const NO_DESCRIPTION = { writable: 0, pdt: 0, max: 0, readLevel: 0, writeLevel: 0 } as const;
/** The interface object type every device has. */
const DEVICE_OBJECT = 0;
const UNKNOWN_TYPE = 0xffff;
const UNKNOWN_PID = 0xff;
