import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll } from "vitest";
import type { Project } from "../../src/project/project.ts";
import { type Read, type ReadOptions, readProject } from "../../src/project/read-project.ts";

/** A directory of this test file, gone at its end. */
export const workplace = (): Readonly<{
  /** @returns the path */
  put(name: string, content: string | Uint8Array): string;
}> => {
  const directory = mkdtempSync(join(tmpdir(), "knxpi-project-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return {
    put(name, content) {
      const path = join(directory, name);
      writeFileSync(path, content);
      return path;
    },
  };
};

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A ZIP file with these files, packed. */
export const archive = (files: Files): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      ]),
    ),
  );

/** A document of ETS, with the mark in front that ETS writes since version 5. */
export const knx = (schema: number, content: string): string =>
  `${schema > 11 ? "\uFEFF" : ""}<?xml version="1.0" encoding="utf-8"?>
<KNX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" CreatedBy="ETS" xmlns="http://knx.org/xml/project/${schema}">
${content}
</KNX>`;

/** The files of a project without devices. */
export const addressesOnly = (ranges: string, style = "ThreeLevel", schema = 20): Files => ({
  "P-01B2/project.xml": knx(
    schema,
    `<Project Id="P-01B2"><ProjectInformation Name="House" GroupAddressStyle="${style}" /></Project>`,
  ),
  "P-01B2/0.xml": knx(
    schema,
    `<Project Id="P-01B2"><Installations><Installation Name=""><GroupAddresses><GroupRanges>${ranges}</GroupRanges></GroupAddresses></Installation></Installations></Project>`,
  ),
});

/** Reads what must be readable. */
export const projectIn = async (
  path: string,
  password?: string,
  options: ReadOptions = {},
): Promise<Project> => {
  const read = await readProject(path, password, options);
  if (!read.ok) throw new Error(`${read.code}: ${read.message}`);
  return read.project;
};

/** Code and message of a refusal. */
export const refusalOf = (read: Read): Readonly<{ code: string; message: string }> =>
  read.ok ? { code: "none", message: "" } : { code: read.code, message: read.message };

/** Octets of a fixture. */
export const octetsOf = (base64: string): Uint8Array =>
  new Uint8Array(Buffer.from(base64.replace(/\s/g, ""), "base64"));
