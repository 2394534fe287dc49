import type { GroupAddress, IndividualAddress } from "../../address.ts";
import type { GroupValue } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";
import type { Dump, Image } from "./image.ts";

/**
 * A management procedure and its arguments: plain data, as it comes over the control socket.
 * @see KNX 03.05.02 Management Procedures
 */
export type Procedure = Readonly<
  /** Descriptor, addresses, maker, programs: whatever the device tells without a key. */
  | ({ name: "device.info" } & ToDevice)
  /** Which addresses of a line are in use: `line` = area << 4 | line; `from` … `to` = 0 … 255. */
  | { name: "device.scan"; line: number; from: number; to: number }
  /** Who is in programming mode. */
  | { name: "device.find" }
  | ({ name: "programming-mode.read" } & ToDevice)
  | ({ name: "programming-mode.write"; on: boolean } & ToDevice)
  /** Gives the one device whose programming button is pressed its address. */
  | { name: "address.button"; address: IndividualAddress }
  /** `serial`: 6 octets. */
  | { name: "address.serial"; serial: Octets; address: IndividualAddress }
  | ({ name: "device.restart" } & ToDevice)
  /** Master reset: `eraseCode` 1 … 7, `channel` 0 for all. */
  | ({ name: "device.reset"; eraseCode: number; channel: number } & ToDevice)
  /** `object`: its index; `count` elements from `start` on; start 0: how many there are. */
  | ({
      name: "property.read";
      object: number;
      pid: number;
      start: number;
      count: number;
    } & ToDevice)
  /** `octets`: all elements one after the other; read back and compared. */
  | ({
      name: "property.write";
      object: number;
      pid: number;
      start: number;
      count: number;
      octets: Octets;
    } & ToDevice)
  | ({ name: "property.describe"; object: number; pid: number } & ToDevice)
  /** `address` 0 … FFFFFF; beyond FFFF with the extended services. */
  | ({ name: "memory.read"; address: number; length: number } & ToDevice)
  /** Read back and compared. */
  | ({ name: "memory.write"; address: number; octets: Octets } & ToDevice)
  /** Loads tables and programs into a device of System B, and restarts it. */
  | ({ name: "device.program"; image: Image } & ToDevice)
  /** Everything that can be read back. */
  | ({ name: "device.dump" } & ToDevice)
  /** Loads what was dumped. */
  | ({ name: "device.restore"; document: Dump } & ToDevice)
  | { name: "group.read"; address: GroupAddress }
  | { name: "group.write"; address: GroupAddress; value: GroupValue }
>;

type ToDevice = Readonly<{
  peer: IndividualAddress;
  /** 4 octets, for A_Authorize_Request; without one the device is asked as everybody is. */
  key?: Octets;
}>;

/** Why a procedure ended without a result. */
export type ProcedureError = Readonly<{
  code: ProcedureErrorCode;
  /** A sentence for people: what is wrong, where, and what to do. */
  message: string;
}>;

export type ProcedureErrorCode =
  /** Nobody with this address, or nobody in programming mode. */
  | "not_found"
  /** It acknowledges, but does not answer. */
  | "no_answer"
  /** It answered that it will not: missing, protected, out of range. */
  | "refused"
  /** What was read back differs from what was written. */
  | "verify_failed"
  /** The device ended the connection, or does not take one. */
  | "disconnected"
  /** No bus, no chip, or the chip only listens. */
  | "offline"
  /** Another procedure is talking to this device, or too many are running. */
  | "busy"
  /** Two devices where one was expected, or the address is taken. */
  | "conflict";
