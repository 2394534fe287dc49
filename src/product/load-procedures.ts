import { type Element, element } from "./xml.ts";

/**
 * What ETS does beside the procedure of the mask, each part at its place there: compare what the device is, allocate the memory
 * of object 4, write it, and read the download stamps. `device-model.md` §7.2, §9
 * @param size of that memory, in octets
 * @param hardwareType PID_HARDWARE_TYPE of a device with this application, in hex
 * @param message id of what ETS says when the device is another one
 */
export const loadProcedures = (size: number, hardwareType: string, message: string): Element =>
  element("LoadProcedures", {}, [
    procedure(1, [
      element("LdCtrlCompareProp", { InlineData: hardwareType, ObjIdx: 0, PropId: 78 }, [
        element("OnError", { Cause: "CompareMismatch", MessageRef: message }),
      ]),
    ]),
    procedure(2, [
      element("LdCtrlRelSegment", { LsmIdx: 4, Size: size, Mode: 1, Fill: 0, AppliesTo: "full" }),
      element("LdCtrlRelSegment", { LsmIdx: 4, Size: size, Mode: 0, Fill: 0, AppliesTo: "par" }),
    ]),
    procedure(4, [
      element("LdCtrlWriteRelMem", {
        ObjIdx: 4,
        Offset: 0,
        Size: size,
        Verify: true,
        AppliesTo: "full,par",
      }),
    ]),
    procedure(
      7,
      [1, 2, 3, 4].map((index) => element("LdCtrlLoadImageProp", { ObjIdx: index, PropId: 27 })),
    ),
  ]);

const procedure = (merge: number, controls: readonly Element[]): Element =>
  element("LoadProcedure", { MergeId: merge }, controls);
