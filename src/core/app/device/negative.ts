import { NO_OCTETS } from "../../octets.ts";
import type { Apdu } from "../../stack/7-al/apdu.ts";
import { findObject } from "./properties/objects.ts";

/**
 * What the standard lets a device say that has no functions among its properties, no links to be edited and no network
 * parameters: that what is asked for is not there.
 * @returns undefined where silence is the answer
 * @see `layers.md` D.4 properties, D.7 links, D.9 network parameters
 */
export const negative = (request: Apdu): Apdu | undefined => {
  switch (request.service) {
    case "A_FunctionPropertyCommand":
    case "A_FunctionPropertyState_Read": {
      const { object, pid } = request;
      return { service: "A_FunctionPropertyState_Response", object, pid, data: NO_OCTETS };
    }
    case "A_Link_Write": {
      const { groupObject } = request;
      const service = "A_Link_Response";
      return { service, groupObject, sending: 0, start: 0, addresses: NO_OCTETS };
    }
    case "A_NetworkParameter_Read": {
      const known = findObject(request.objectType, 1) !== undefined;
      const objectType = known ? request.objectType : UNKNOWN_TYPE;
      const service = "A_NetworkParameter_Response";
      return { service, objectType, pid: UNKNOWN_PID, data: NO_OCTETS };
    }
    default:
      return undefined;
  }
};

const UNKNOWN_TYPE = 0xffff;
const UNKNOWN_PID = 0xff;
