import { fc, test as prop } from "@fast-check/vitest";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { LIMITS, refusal } from "../../src/project/limits.ts";
import { readProject } from "../../src/project/read-project.ts";
import { type Sink, xmlReader } from "../../src/project/xml.ts";
import { addressesOnly, archive, type Files, knx, refusalOf, workplace } from "./archives.ts";
import { DIALECTS, house } from "./house.ts";

const { put } = workplace();
const ADDRESS = `<GroupAddress Id="P-01B2-0_GA-1" Address="2563" Name="a" DatapointType="DPST-5-1" />`;
const SOUND = addressesOnly(ADDRESS);

const refused = async (content: Uint8Array | Files, password?: string) => {
  const octets = content instanceof Uint8Array ? content : archive(content);
  return refusalOf(await readProject(put("hostile.knxproj", octets), password));
};

test("the sound one, to be sure that the others are refused for what is wrong with them", async () => {
  expect((await refused(SOUND)).code).toBe("none");
});

describe("archives that are broken", () => {
  const whole = archive(house(DIALECTS[5]));

  test.each([0.02, 0.5, 0.9, 0.999])("cut at %d of its length", async (part) => {
    const { code, message } = await refused(whole.slice(0, Math.floor(whole.length * part)));
    expect([code, message.startsWith("the archive is damaged")]).toEqual(["damaged", true]);
  });

  test("one octet of the content is another", async () => {
    const stored = zipSync(
      Object.fromEntries(
        Object.entries(SOUND).map(([name, text]) => [name, Buffer.from(text.toString())]),
      ),
      { level: 0 },
    );
    const at = Buffer.from(stored).indexOf("DPST-5-1");
    stored[at + 5] = "7".charCodeAt(0);
    expect(await refused(stored)).toEqual({
      code: "damaged",
      message: expect.stringContaining(`"P-01B2/0.xml" is damaged`),
    });
  });

  prop.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])(
    "wherever an octet is changed: a project, or a reason",
    async (place, change) => {
      const broken = whole.slice();
      const at = place % broken.length;
      broken[at] = (broken[at] ?? 0) ^ change;
      const read = await readProject(put("broken.knxproj", broken));
      expect(read.ok || read.message.length > 0).toBe(true);
    },
  );

  test.each([
    ["another archive", { "word/document.xml": "<x />" }],
    ["a product, no project", { "M-0083/Hardware.xml": knx(20, "") }],
    ["a project without its installation", { "P-01B2/project.xml": knx(20, "") }],
  ])("%s", async (_, files) => {
    expect((await refused(files)).code).toBe("not_a_project");
  });

  test("the protected part is no archive", async () => {
    expect((await refused({ "P-01B2.zip": "no archive" }, "x")).code).toBe("damaged");
  });

  test.each([["/nowhere/house.knxproj"], ["/"]])("%s", async (path) => {
    expect(refusalOf(await readProject(path)).code).toBe("unreadable");
  });
});

describe("archives that are too much", () => {
  test("a bomb: a small file with a lot in it", async () => {
    const bomb = { ...SOUND, "M-0083/Hardware.xml": new Uint8Array(64 * 1024 * 1024).fill(0x20) };
    expect(await refused(bomb)).toEqual({
      code: "too_big",
      message: expect.stringMatching(
        /^"M-0083\/Hardware.xml" in the archive unpacks to \d+ times its size$/,
      ),
    });
  });

  test("a bomb that lies about its size is ended where it said", async () => {
    const bomb = archive({ ...SOUND, "P-01B2/0.xml": new Uint8Array(8 * 1024 * 1024).fill(0x20) });
    const octets = lyingAbout(bomb, "P-01B2/0.xml", 5_000);
    let done = 0;
    const read = await readProject(put("lie.knxproj", octets), undefined, {
      progress: (now) => {
        done = now;
      },
    });
    expect(refusalOf(read).code).toBe("damaged");
    expect(done).toBeLessThanOrEqual(5_000);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "very many files",            entries: Array.from({ length: LIMITS.entries + 1 }, (_, index) => ({ name: `a${index}`, packed: 7, size: 9 })), code: "too_big" },
    { is: "as many as are allowed",     entries: Array.from({ length: LIMITS.entries }, (_, index) => ({ name: `a${index}`, packed: 7, size: 9 })),     code: undefined },
    { is: "a very long file",           entries: [{ name: "a", packed: LIMITS.entry, size: LIMITS.entry + 1 }],                                       code: "too_big" },
    { is: "packed as nothing is",       entries: [{ name: "a", packed: 10_000, size: 4_000_001 }],                                                    code: "too_big" },
    { is: "packed very well",           entries: [{ name: "a", packed: 10_000, size: 4_000_000 }],                                                    code: undefined },
    { is: "small, however packed",      entries: [{ name: "a", packed: 1, size: 1024 * 1024 }],                                                       code: undefined },
    { is: "a name twice",               entries: [{ name: "a", packed: 7, size: 9 }, { name: "a", packed: 7, size: 9 }],                              code: "unsafe" },
    { is: "out of the archive",         entries: [{ name: "M-0083/../../etc/passwd", packed: 7, size: 9 }],                                           code: "unsafe" },
    { is: "out of it on Windows",       entries: [{ name: "..\\x.xml", packed: 7, size: 9 }],                                                         code: "unsafe" },
    { is: "absolute",                   entries: [{ name: "/etc/passwd", packed: 7, size: 9 }],                                                       code: "unsafe" },
    { is: "absolute on Windows",        entries: [{ name: "C:\\x", packed: 7, size: 9 }],                                                             code: "unsafe" },
    { is: "a zero in the name",         entries: [{ name: "P-1/0.xml\0.png", packed: 7, size: 9 }],                                                   code: "unsafe" },
    { is: "dots inside a name",         entries: [{ name: "M-0083/a..b/H-8.20.xml", packed: 7, size: 9 }],                                            code: undefined },
  ])("$is", ({ entries, code }) => {
    expect(refusal(entries)?.code).toBe(code);
  });

  test.each(["../0.xml", "/etc/passwd", "P-01B2/../../0.xml"])(
    "in an archive: %s",
    async (name) => {
      expect(await refused({ ...SOUND, [name]: "x" })).toEqual({
        code: "unsafe",
        message: expect.stringContaining(JSON.stringify(name)),
      });
    },
  );
});

/** Another length of an entry in the directory and in front of it. */
const lyingAbout = (octets: Uint8Array, name: string, size: number): Uint8Array => {
  const view = Buffer.from(octets);
  for (const [signature, field, nameAt] of [
    [0x04034b50, 22, 30],
    [0x02014b50, 24, 46],
  ] as const)
    for (let at = 0; at < view.length - nameAt; at++)
      if (view.readUInt32LE(at) === signature && view.subarray(at + nameAt).indexOf(name) === 0)
        view.writeUInt32LE(size, at + field);
  return new Uint8Array(view);
};

describe("documents that are made to harm", () => {
  const LAUGHS = `<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>`;
  const within = (prolog: string, name: string) => ({
    ...SOUND,
    "P-01B2/0.xml": `<?xml version="1.0"?>${prolog}<KNX xmlns="http://knx.org/xml/project/20"><Project><Installations><Installation><GroupAddress Id="GA-1" Address="2563" Name="${name}" /></Installation></Installations></Project></KNX>`,
  });

  // biome-ignore format: read by column
  test.each([
    { is: "entities of entities",      files: within(LAUGHS, "&c;"),                                                     code: "unsafe"  },
    { is: "a file as entity",          files: within(`<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>`, "&f;"),   code: "unsafe"  },
    { is: "a document type elsewhere", files: within(`<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">`, "a"),               code: "unsafe"  },
    { is: "an entity without one",     files: within("", "&c;"),                                                         code: "bad_xml" },
    { is: "an unknown letter",         files: within("", "&#0;"),                                                        code: "bad_xml" },
    { is: "no document",               files: { ...SOUND, "P-01B2/0.xml": "to whom it may concern" },                    code: "bad_xml" },
    { is: "an empty document",         files: { ...SOUND, "P-01B2/0.xml": "" },                                          code: "bad_xml" },
    { is: "cut off",                   files: { ...SOUND, "P-01B2/0.xml": `<KNX><Project Id="` },                        code: "bad_xml" },
    { is: "Latin-1",                   files: { ...SOUND, "P-01B2/0.xml": Buffer.from(`<KNX a="é" />`, "latin1") },      code: "bad_xml" },
    { is: "nested 300 deep",           files: { ...SOUND, "P-01B2/0.xml": `${"<a>".repeat(300)}${"</a>".repeat(300)}` }, code: "too_big" },
  ])("$is", async ({ files, code }) => {
    const refusal = await refused(files);
    expect(refusal.code).toBe(code);
    expect(refusal.message).toContain("P-01B2/0.xml");
  });

  test("names of elements that objects of the language have", async () => {
    const files = {
      ...SOUND,
      "P-01B2/0.xml": knx(20, `<constructor __proto__="1" /><toString />${ADDRESS}`),
    };
    expect((await refused(files)).code).toBe("none");
  });

  test("a tag without an end is not kept for ever", () => {
    const reader = xmlReader({ open: () => true }, "it");
    reader.take(Buffer.from(`<KNX a="`));
    const chunk = Buffer.alloc(1024 * 1024, "x");
    expect(() => {
      for (let count = 0; count < 40; count++) reader.take(chunk);
    }).toThrow("without an end");
  });
});

prop.prop([fc.array(fc.nat({ max: 4000 }), { maxLength: 12 })])(
  "a document may be cut anywhere, inside letters too",
  (places) => {
    const octets = Buffer.from(String(house(DIALECTS[5])["P-01B2/0.xml"]));
    const events = (cuts: readonly number[]) => {
      const seen: unknown[] = [];
      const sink: Sink = {
        open: (name, attributes) => seen.push(name, { ...attributes }) > 0,
        close: (name) => void seen.push(name),
      };
      const reader = xmlReader(sink, "it");
      const sorted = [...new Set(cuts.map((cut) => cut % octets.length)), octets.length].toSorted(
        (a, b) => a - b,
      );
      let at = 0;
      for (const cut of sorted) {
        reader.take(octets.subarray(at, cut));
        at = cut;
      }
      reader.end();
      return seen;
    };
    expect(events(places)).toEqual(events([]));
  },
);
