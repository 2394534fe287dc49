import { applicationSink, definitionId, type ObjectDefinition } from "./application.ts";
import { type Archive, type Budget, openArchive } from "./archive.ts";
import { hardwareSink } from "./hardware.ts";
import { installationSink, mainInstallation, type RawDevice } from "./installation.ts";
import { LIMITS } from "./limits.ts";
import { passwordsOf } from "./password.ts";
import { problem } from "./problem.ts";
import type { Note, Project } from "./project.ts";
import type { ReadOptions } from "./read-project.ts";
import { programOf, resolveProject } from "./resolve.ts";
import { type Sink, xmlReader } from "./xml.ts";

/**
 * Reads of a `.knxproj` what is needed, in one pass over each document: the project, the product data of its devices, and
 * their application programs as far as their objects go. Throws a `problem`.
 */
export const readArchive = async (
  blob: Blob,
  password: string | undefined,
  { language, progress }: ReadOptions,
): Promise<Project> => {
  const budget = { octets: LIMITS.total };
  const outer = await openArchive(blob, budget);
  const { archive, folder, notes } = await openProject(outer, budget, password);
  let done = 0;
  const documents = archive.names
    .filter((name) => isDocument(name, folder))
    .toSorted((a, b) => numberOf(a, folder) - numberOf(b, folder));
  if (!documents.some((name) => INSTALLATION.test(name.slice(folder.length))))
    throw problem("not_a_project", `${folder || "the project"} has no 0.xml`);
  // An archive has the product data of this project alone; what turns out not to be needed is done at the end.
  const total =
    sum(archive, documents) +
    sum(
      outer,
      outer.names.filter((name) => PRODUCT_DATA.test(name)),
    );
  const pass = async (from: Archive, name: string, sink: Sink): Promise<void> => {
    const reader = xmlReader(sink, name);
    await from.read(name, (octets) => {
      done += octets.length;
      progress?.(Math.min(done, total), total);
      return reader.take(octets);
    });
    reader.end();
  };

  const project = installationSink();
  for (const name of documents) await pass(archive, name, project.sink);
  const installations = project.result();
  const devices = mainInstallation(installations)?.devices ?? [];

  const wanted = new Set(devices.flatMap(({ product, program }) => [product, program]));
  const manufacturers = new Set([...wanted].map((id) => id.split("_")[0] ?? ""));
  const files = fileNames(outer);
  const products = [...manufacturers].flatMap((one) => files(`${one}/Hardware.xml`) ?? []);
  const { sink, result: hardware } = hardwareSink(wanted, language);
  for (const name of products) await pass(outer, name, sink);

  const refs = referencesOf(devices.map((device) => [device, programOf(device, hardware)]));
  const programs = [...refs].flatMap(([program, ids]) => {
    const name = files(`${program.split("_")[0]}/${program}.xml`);
    return name === undefined ? [] : [{ program, ids, name }];
  });
  const definitions = new Map<string, ObjectDefinition>();
  for (const { ids, name } of programs) {
    const before = done;
    const application = applicationSink(ids);
    await pass(outer, name, application.sink);
    for (const [id, definition] of application.result) definitions.set(id, definition);
    done = before + outer.sizeOf(name);
  }
  progress?.(total, total);
  return resolveProject({
    installations,
    hardware,
    definitions,
    programs: new Set(programs.map(({ program }) => program)),
    notes,
  });
};

type Opened = Readonly<{ archive: Archive; folder: string; notes: readonly Note[] }>;

/** A project lies in a folder of the archive, or, with a password, in an archive of its own inside. */
const openProject = async (
  outer: Archive,
  budget: Budget,
  password: string | undefined,
): Promise<Opened> => {
  const folders = outer.names.flatMap((name) => /^(P-[^/]+\/)0\.xml$/i.exec(name)?.[1] ?? []);
  const inner = outer.names.filter((name) => /^P-[^/]+\.zip$/i.test(name));
  const [first, ...others] = [...folders, ...inner];
  const notes = others.map((example): Note => ({ code: "several_projects", example }));
  if (first === undefined)
    throw problem("not_a_project", "there is no project of ETS in this archive");
  if (!inner.includes(first)) return { archive: outer, folder: first, notes };
  if (outer.sizeOf(first) > LIMITS.inner)
    throw problem("too_big", "the protected part of the project is larger than any project");
  const parts: Uint8Array<ArrayBuffer>[] = [];
  await outer.read(first, (octets) => {
    parts.push(new Uint8Array(octets));
    return true;
  });
  const passwords = password ? passwordsOf(password) : undefined;
  return { archive: await openArchive(new Blob(parts), budget, passwords), folder: "", notes };
};

/** ETS 4 writes `Project.xml`, later ones `project.xml`; each installation has a number. */
const isDocument = (name: string, folder: string): boolean => {
  const file = name.slice(folder.length);
  return name.startsWith(folder) && (INSTALLATION.test(file) || /^project\.xml$/i.test(file));
};

/** Of the installation; what is not numbered goes first. */
const numberOf = (name: string, folder: string): number =>
  Number.parseInt(name.slice(folder.length), 10) || 0;

const PRODUCT_DATA = /^M-[^/]+\/(Hardware|M-[^/]+_A-[^/]+)\.xml$/i;
const INSTALLATION = /^\d{1,4}\.xml$/i;

/** Names without regard to case: who packs a project anew on another system may change it. */
const fileNames = ({ names }: Archive): ((name: string) => string | undefined) => {
  const found = new Map(names.map((name) => [name.toLowerCase(), name]));
  return (name) => found.get(name.toLowerCase());
};

const sum = (archive: Archive, names: readonly string[]): number =>
  names.reduce((octets, name) => octets + archive.sizeOf(name), 0);

/** By application program: the references to objects that devices with it link. */
const referencesOf = (
  devices: readonly (readonly [device: RawDevice, program: string | undefined])[],
): ReadonlyMap<string, ReadonlySet<string>> => {
  const refs = new Map<string, Set<string>>();
  for (const [{ objects }, program] of devices)
    for (const { ref } of objects) {
      const definition = definitionId(ref, program);
      if (definition === undefined) continue;
      const ids = refs.get(definition.program) ?? new Set();
      refs.set(definition.program, ids.add(definition.id));
    }
  return refs;
};
