import {
  formatGroupAddress,
  type GroupAddress,
  type GroupStyle,
  parseGroupAddress,
  parseIndividualAddress,
} from "../core/address.ts";
import { definitionId, flagLetters, type ObjectDefinition, over } from "./application.ts";
import { agreedDpt, dptOfSize, statedDpt } from "./dpt.ts";
import type { Hardware } from "./hardware.ts";
import {
  type Installation,
  type Installations,
  mainInstallation,
  type RawAddress,
  type RawDevice,
  type RawFunction,
} from "./installation.ts";
import {
  type Note,
  oneLine,
  type Project,
  type ProjectAddress,
  type ProjectDevice,
  type ProjectFunction,
  warningsOf,
} from "./project.ts";

/** Everything that was read of a project. */
export type Parts = Readonly<{
  installations: Installations;
  hardware: Hardware;
  /** By id of the reference. */
  definitions: ReadonlyMap<string, ObjectDefinition>;
  /** Application programs that were read. */
  programs: ReadonlySet<string>;
  /** Of what was met while reading. */
  notes: readonly Note[];
}>;

/** Puts together what ETS keeps apart. */
export const resolveProject = (parts: Parts): Project => {
  const { installations } = parts;
  const installation = mainInstallation(installations);
  const others = installations.list.filter((one) => one !== installation);
  const style = styleOf(installations.style);
  const { addresses, notes } =
    installation === undefined ? NOTHING : resolveAddresses(installation, style, parts);
  return {
    name: oneLine(installations.name),
    style,
    addresses,
    devices: installation === undefined ? [] : resolveDevices(installation, parts.hardware),
    warnings: warningsOf([
      ...parts.notes,
      ...schemaNotes(installations.schema),
      ...others.flatMap(({ addresses: left }) =>
        left.map((raw): Note => ({ code: "installation", example: labelOf(raw, style) })),
      ),
      ...notes,
      ...(installation?.devices ?? [])
        .filter(({ ia }) => ia === null)
        .map(({ name, product }): Note => ({ code: "no_ia", example: oneLine(name) || product })),
    ]),
  };
};

const NOTHING = { addresses: [], notes: [] };

/** Schemas of ETS 4.0 to 6.3. */
const SCHEMAS = { first: 10, last: 23 };

const schemaNotes = (schema: number | null): readonly Note[] =>
  schema !== null && schema >= SCHEMAS.first && schema <= SCHEMAS.last
    ? []
    : [{ code: "schema", example: schema === null ? "no schema" : `schema ${schema}` }];

const styleOf = (word: string): GroupStyle =>
  word === "TwoLevel" ? "2-level" : word === "Free" ? "free" : "3-level";

/** The program on a device, as product data say; else as its id says, which has the numbers of both. */
export const programOf = ({ program }: RawDevice, hardware: Hardware): string | undefined => {
  const known = hardware.programs.get(program);
  if (known !== undefined) return known;
  const [, manufacturer, numbers] = /^(M-[^_]+)_.*_HP-(.+)$/.exec(program) ?? [];
  return numbers === undefined ? undefined : `${manufacturer}_A-${numbers}`;
};

type Linked = Readonly<{ object: ObjectDefinition; room: string | undefined }>;

const resolveAddresses = (
  installation: Installation,
  style: GroupStyle,
  parts: Parts,
): Readonly<{ addresses: readonly ProjectAddress[]; notes: readonly Note[] }> => {
  const notes: Note[] = [];
  const linked = linkedObjects(installation, parts, notes);
  const purposes = purposesOf(installation.functions);
  const addresses = new Map<GroupAddress, ProjectAddress>();
  const inOrder = installation.addresses.toSorted(
    (a, b) => (Number(a.address) || 0) - (Number(b.address) || 0),
  );
  for (const raw of inOrder) {
    const ga = parseGroupAddress(raw.address);
    const label = labelOf(raw, style);
    if (ga === undefined || ga === 0) {
      notes.push({ code: "bad_address", example: label });
    } else if (addresses.has(ga)) {
      notes.push({ code: "duplicate", example: label });
    } else {
      const objects = linked.get(raw.id) ?? [];
      const served = purposes.get(raw.id) ?? [];
      const [purpose] = served;
      if (served.length > 1) notes.push({ code: "several_functions", example: label });
      if (raw.secure) notes.push({ code: "secure", example: label });
      addresses.set(ga, {
        ga,
        name: oneLine(raw.name),
        ...rangesOf(raw.ranges),
        dpt: typeOf(raw, objects, label, notes),
        room: purpose?.room ?? onlyRoom(objects),
        description: oneLine(raw.description),
        flags: flagLetters(objects.map(({ object }) => object.flags)),
        function: purpose?.function ?? null,
      });
    }
  }
  return { addresses: [...addresses.values()], notes };
};

/** By id of the address. */
const linkedObjects = (
  { addresses, devices, places }: Installation,
  { hardware, definitions, programs }: Parts,
  notes: Note[],
): ReadonlyMap<string, readonly Linked[]> => {
  const known = new Set(addresses.map(({ id }) => id));
  const rooms = new Map(places.map(({ device, room }) => [device, oneLine(room)]));
  const linked = new Map<string, Linked[]>();
  for (const device of devices) {
    if (device.objects.length === 0) continue;
    const program = programOf(device, hardware);
    const label = `${device.ia ?? "no address"} ${oneLine(device.name)}`.trim();
    const missing = device.objects.every(({ ref }) => {
      const definition = definitionId(ref, program);
      return definition === undefined || !programs.has(definition.program);
    });
    if (missing) notes.push({ code: "no_program", example: label });
    for (const raw of device.objects) {
      const definition = definitions.get(definitionId(raw.ref, program)?.id ?? "");
      if (definition === undefined && !missing)
        notes.push({ code: "no_object", example: `${label} ${raw.ref}` });
      const object = over(raw, definition);
      for (const id of new Set(raw.links)) {
        if (!known.has(id)) notes.push({ code: "dangling", example: `${label} ${id}` });
        const others = linked.get(id);
        const one = { object, room: rooms.get(device.id) };
        if (others === undefined) linked.set(id, [one]);
        else others.push(one);
      }
    }
  }
  return linked;
};

const typeOf = (
  raw: RawAddress,
  objects: readonly Linked[],
  label: string,
  notes: Note[],
): string | null => {
  const own = statedDpt(raw.dpt);
  for (const word of own.unknown) notes.push({ code: "unknown_dpt", example: `${label}: ${word}` });
  if (own.several) notes.push({ code: "several_dpts", example: label });
  if (own.dpt !== null) return own.dpt;
  const said = objects.flatMap(
    ({ object }) => statedDpt(object.dpt ?? "").dpt ?? dptOfSize(object.size) ?? [],
  );
  const { dpt, differ } = agreedDpt(said);
  const types = [...new Set(said)].join(", ");
  if (differ === "main") notes.push({ code: "dpt_main", example: `${label}: ${types}` });
  else if (differ === "sub") notes.push({ code: "dpt_sub", example: `${label}: ${types}` });
  else if (dpt === null) notes.push({ code: "no_dpt", example: label });
  return dpt;
};

type Purpose = Readonly<{ room: string | null; function: ProjectFunction }>;

const purposesOf = (functions: readonly RawFunction[]): ReadonlyMap<string, readonly Purpose[]> => {
  const purposes = new Map<string, Purpose[]>();
  for (const { name, type, room, addresses } of functions)
    for (const { id, role } of addresses) {
      const purpose = {
        room: room === null ? null : oneLine(room),
        function: { name: oneLine(name), type, role },
      };
      purposes.set(id, [...(purposes.get(id) ?? []), purpose]);
    }
  return purposes;
};

/** Of deeper ranges than two, which the free style allows, the inner ones together. */
export const rangesOf = (
  ranges: readonly string[],
): Readonly<{ main: string | null; middle: string | null }> => {
  const [main, ...inner] = ranges.map(oneLine);
  return { main: main || null, middle: inner.filter(Boolean).join(" / ") || null };
};

/** Devices in different rooms leave it open where the address belongs to. */
const onlyRoom = (objects: readonly Linked[]): string | null => {
  const [room, other] = new Set(objects.flatMap(({ room: one }) => one ?? []));
  return room !== undefined && other === undefined ? room : null;
};

const resolveDevices = (
  { devices, places }: Installation,
  { products }: Hardware,
): readonly ProjectDevice[] => {
  const rooms = new Map(places.map(({ device, room }) => [device, oneLine(room)]));
  return devices
    .map(({ id, ia, name, product }): ProjectDevice => {
      const { text = "", order = "" } = products.get(product) ?? {};
      return {
        ia: ia === null ? null : (parseIndividualAddress(ia) ?? null),
        name: oneLine(name) || oneLine(text),
        product: oneLine(text),
        order: oneLine(order),
        room: rooms.get(id) ?? null,
      };
    })
    .toSorted((a, b) => (a.ia ?? LAST) - (b.ia ?? LAST));
};

const LAST = 0x10000;

const labelOf = ({ address, name }: RawAddress, style: GroupStyle): string => {
  const ga = parseGroupAddress(address);
  return `${ga === undefined ? address : formatGroupAddress(ga, style)} ${oneLine(name)}`.trim();
};
