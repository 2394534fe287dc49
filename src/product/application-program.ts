import type { Declaration, Page } from "../core/app/application/declaration.ts";
import { hardwareTypeOf } from "../core/app/application/declaration.ts";
import { layoutOf } from "../core/app/application/layout.ts";
import { hex, idsOf } from "./ids.ts";
import { loadProcedures } from "./load-procedures.ts";
import { type ObjectElements, objectElements } from "./objects.ts";
import { type ParameterElements, parameterElements } from "./parameters.ts";
import { type Element, element } from "./xml.ts";

/**
 * The application program: what ETS shows, and what it writes into the device.
 * @see `device-model.md` §9
 */
export const applicationProgram = (declaration: Declaration): Element => {
  const { identity } = declaration;
  const id = idsOf(declaration).application;
  const segment = `${id}_RS-04-00000`;
  const size = layoutOf(declaration).octets;
  const parameters = parameterElements(declaration, id, segment);
  const objects = objectElements(declaration, id);
  const message = `${id}_M-1`;
  return element(
    "ApplicationProgram",
    {
      Id: id,
      ApplicationNumber: identity.application,
      ApplicationVersion: identity.version,
      ProgramType: "ApplicationProgram",
      MaskVersion: "MV-07B0",
      Name: identity.name,
      LoadProcedureStyle: "MergedProcedure",
      PeiType: 0,
      DefaultLanguage: LANGUAGE,
      DynamicTableManagement: false,
      Linkable: false,
      MinEtsVersion: "5.0",
    },
    [
      element("Static", {}, [
        element("Code", {}, [
          element("RelativeSegment", {
            Id: segment,
            Name: "Parameters",
            Offset: 0,
            Size: size,
            LoadStateMachine: 4,
          }),
        ]),
        element("ParameterTypes", {}, parameters.types),
        element("Parameters", {}, parameters.parameters),
        element("ParameterRefs", {}, parameters.refs),
        element("ComObjectTable", {}, objects.objects),
        element("ComObjectRefs", {}, objects.refs),
        element("AddressTable", { MaxEntries: MOST }),
        element("AssociationTable", { MaxEntries: MOST }),
        loadProcedures(
          size,
          hardwareTypeOf(declaration)
            .map((octet) => hex(octet, 2))
            .join(""),
          message,
        ),
        element("Messages", {}, [
          element("Message", {
            Id: message,
            Name: "OtherApplication",
            Text: "The device runs another application: change device.application in its configuration, or choose the product that fits",
          }),
        ]),
        element("Options", {
          TextParameterEncodingSelector: "UseTextParameterEncodingCodePage",
          TextParameterEncoding: "iso-8859-15",
          SupportsExtendedMemoryServices: true,
        }),
      ]),
      element("Dynamic", {}, [
        element(
          "ChannelIndependentBlock",
          {},
          declaration.pages.map((page, index) =>
            pageElement(declaration, page, `${id}_PB-${index + 1}`, parameters, objects),
          ),
        ),
      ]),
    ],
  );
};

export const LANGUAGE = "en-US";

/** Group addresses and associations: as many as 16 bits count. */
const MOST = 65_535;

/** An object whose form is chosen is shown in that form, and not at all where there is none. */
const pageElement = (
  declaration: Declaration,
  page: Page,
  id: string,
  parameters: ParameterElements,
  objects: ObjectElements,
): Element =>
  element("ParameterBlock", { Id: id, Name: page.text, Text: page.text }, [
    ...page.parameters.map((key) => element("ParameterRefRef", { RefId: parameters.refIds[key] })),
    ...page.objects.flatMap((key) => {
      const dpt = declaration.objects[key]?.dpt;
      const forms = objects.forms[key] ?? [];
      const shown = ({ refId }: Readonly<{ refId: string }>) =>
        element("ComObjectRefRef", { RefId: refId });
      if (typeof dpt !== "object") return forms.map(shown);
      const choices = forms.map((form) =>
        element("when", { test: form.values?.join(" ") }, [shown(form)]),
      );
      return [element("choose", { ParamRefId: parameters.refIds[dpt.parameter] }, choices)];
    }),
  ]);
