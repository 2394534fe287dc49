import type { IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { never } from "../../never.ts";
import { assignByButton, assignBySerial } from "./address.ts";
import type { Checkpoint, Result, Steps } from "./ask.ts";
import { dumpDevice } from "./dump.ts";
import { readGroup, writeGroup } from "./group.ts";
import { readInfo } from "./info.ts";
import { readMemory, writeMemory } from "./memory.ts";
import type { Procedure } from "./procedure.ts";
import { programDevice, restoreDevice } from "./program.ts";
import { readProgrammingMode, writeProgrammingMode } from "./programming-mode.ts";
import { describeProperty, readProperty, writeProperty } from "./property.ts";
import { resetDevice, restartDevice } from "./restart.ts";
import { findDevices, scanLine } from "./scan.ts";

/**
 * The steps of a procedure, from the first one.
 * @param own our own address
 * @param checkpoint where the steps begin instead, for those that make some
 * @param longest APDU that our transceiver sends
 */
export const perform = (
  procedure: Procedure,
  own: IndividualAddress,
  checkpoint: Checkpoint | null,
  longest: number,
): Steps<Result<JsonValue>> => {
  switch (procedure.name) {
    case "device.info":
      return readInfo(procedure, own);
    case "device.scan":
      return scanLine(procedure, own);
    case "device.find":
      return findDevices();
    case "programming-mode.read":
      return readProgrammingMode(procedure, own);
    case "programming-mode.write":
      return writeProgrammingMode(procedure, own);
    case "address.button":
      return assignByButton(procedure, own);
    case "address.serial":
      return assignBySerial(procedure, own);
    case "device.restart":
      return restartDevice(procedure, own);
    case "device.reset":
      return resetDevice(procedure, own);
    case "device.program":
      return programDevice(procedure, { own, longest }, checkpoint);
    case "device.dump":
      return dumpDevice(procedure, own, checkpoint);
    case "device.restore":
      return restoreDevice(procedure, { own, longest }, checkpoint);
    case "property.read":
      return readProperty(procedure, own);
    case "property.write":
      return writeProperty(procedure, own);
    case "property.describe":
      return describeProperty(procedure, own);
    case "memory.read":
      return readMemory(procedure, own, checkpoint);
    case "memory.write":
      return writeMemory(procedure, own, checkpoint, longest);
    case "group.read":
      return readGroup(procedure);
    case "group.write":
      return writeGroup(procedure);
    default:
      return never(procedure);
  }
};
