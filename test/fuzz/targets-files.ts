import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { packBackup, unpackBackup } from "../../src/backup/archive.ts";
import { FACTORY_SETTINGS } from "../../src/core/app/device/model/settings.ts";
import { readProduct } from "../../src/product/read/product.ts";
import { readProject } from "../../src/project/read-project.ts";
import { decodeLine, readRecording } from "../../src/record/read.ts";
import { sha256 } from "../../src/shell/store/files.ts";
import { decodeLedger } from "../../src/shell/store/ledger-file.ts";
import { decodeObject } from "../../src/shell/store/object-file.ts";
import { decodeRecord } from "../../src/shell/store/record-file.ts";
import { decodeSnapshot } from "../../src/shell/store/snapshot-file.ts";
import { formatOf } from "../../src/shell/store/state-format.ts";
import { hold, type Target, textIn, utf8 } from "./target.ts";

/** @returns whatever `use` does with a file of this content */
const withFile = async <T>(content: Uint8Array, use: (path: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), "knxpi-fuzz-"));
  const path = join(folder, "input");
  writeFileSync(path, content);
  try {
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const CSV = `"Group name"\t"Address"\t"Central"\t"Unfiltered"\t"Description"\t"DatapointType"\t"Security"
"Light"\t"1/-/-"\t""\t""\t""\t""\t"Auto"
"Kitchen"\t"1/2/-"\t""\t""\t""\t""\t"Auto"
"Ceiling"\t"1/2/3"\t""\t""\t"over the table"\t"DPST-1-1"\t"Auto"
`;
const XML = `<?xml version="1.0" encoding="utf-8"?>
<GroupAddress-Export xmlns="http://knx.org/xml/ga-export/01">
  <GroupRange Name="Light" RangeStart="2048" RangeEnd="4095">
    <GroupRange Name="Kitchen" RangeStart="2560" RangeEnd="2815">
      <GroupAddress Name="Ceiling" Address="1/2/3" DPTs="DPST-1-1" Description="over the table" />
    </GroupRange>
  </GroupRange>
</GroupAddress-Export>
`;
const PROJECT = `<?xml version="1.0" encoding="utf-8"?>
<KNX xmlns="http://knx.org/xml/project/20"><Project Id="P-0001"><Installations><Installation>
<GroupAddresses><GroupRanges><GroupRange Id="R1" RangeStart="2048" RangeEnd="4095" Name="Light">
<GroupAddress Id="P-0001-0_GA-1" Address="2563" Name="Ceiling" DatapointType="DPST-1-1" Puid="4" />
</GroupRange></GroupRanges></GroupAddresses></Installation></Installations></Project></KNX>
`;
const INFO = `<?xml version="1.0" encoding="utf-8"?>
<KNX xmlns="http://knx.org/xml/project/20"><Project Id="P-0001">
<ProjectInformation Name="House" GroupAddressStyle="ThreeLevel" /></Project></KNX>
`;
/** Stored, not packed: chance reaches the content. */
const stored = (files: Readonly<Record<string, string>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, utf8(text)])), {
    level: 0,
  });
const ARCHIVE = stored({ "P-0001/project.xml": INFO, "P-0001/0.xml": PROJECT });

const XML_WORDS = [
  ..."< > /> </ <!-- --> <![CDATA[ ]]> & &amp; &#0; &#x10FFFF; &lol; <?xml <!DOCTYPE <!ENTITY".split(
    " ",
  ),
  ...[
    "GroupRange",
    "GroupAddress",
    'Address="',
    "DPST-1-1",
    "RangeStart=",
    "1/2/3",
    "99999999999",
    "-1",
  ],
].map(utf8);

/** The file with a head that fits, so that what is behind the check sum is reached. */
const headed = (magic: string, body: Uint8Array): Uint8Array =>
  Buffer.concat([utf8(`${magic} 1 ${body.length} ${sha256(body)}\n`), body]);
const HARDWARE = [0, 0, 0xa1, 0xb2, 0x13, 0];
const OBJECT =
  '{"index":4,"state":"loaded","hardwareType":"0000a1b21300","address":16384,"programVersion":"00fa000101"}\nABC';
const SNAPSHOT =
  '{"ga":"1/2/3","raw":"0c2f","bits":16,"dpt":"9.001","service":"write","source":"1.1.5","ts":1,"changed":1}\n';
const LEDGER =
  '{"base":"knx","instance":"house","style":"3-level"}\n{"ga":"1/2/3","address":true}\n';
const RECORD = '{"version":3,"checksum":"00","content":{"address":"1.1.7","keys":["01234567"]}}';

/** Errors for people are plain; others are bugs. */
const refusedInWords = (error: unknown): void => {
  if (!(error instanceof Error) || error.constructor !== Error) throw error;
};

export const FILE_TARGETS: readonly Target[] = [
  {
    name: "project-list",
    is: "text",
    seeds: [CSV, XML].map(utf8),
    words: XML_WORDS,
    most: 4_000,
    async run(input) {
      const read = await withFile(input, (path) => readProject(path));
      if (read.ok) hold("a project is JSON", JSON.stringify(read.project) !== undefined);
      else hold("a refusal says why", read.message !== "");
    },
  },
  {
    name: "project-archive",
    is: "octets",
    seeds: [ARCHIVE],
    words: XML_WORDS,
    most: 6_000,
    async run(input) {
      const read = await withFile(input, (path) => readProject(path, "secret"));
      if (!read.ok) hold("a refusal says why", read.message !== "");
    },
  },
  {
    name: "product",
    is: "text",
    seeds: [readFileSync("test/golden/product-gpio.xml").subarray(0, 30_000), utf8(PROJECT)],
    words: XML_WORDS,
    most: 40_000,
    async run(input) {
      await withFile(input, (path) => readProduct(path)).catch(refusedInWords);
    },
  },
  {
    // The first octet says which file it is meant to be, and whether its check sum fits.
    name: "store",
    is: "octets",
    seeds: [OBJECT, SNAPSHOT, LEDGER, RECORD].map((text, index) =>
      Uint8Array.from([index, ...utf8(text)]),
    ),
    words: ["loaded", '"ga":', "null", "-1", "1e99", '"index":5', '"version":2', "\n", "{}"].map(
      utf8,
    ),
    most: 1_000,
    run([kind = 0, ...rest]) {
      const content = Uint8Array.from(rest);
      decodeObject(kind > 7 ? content : headed("knxpi-object", content), 4, HARDWARE);
      decodeSnapshot(kind > 7 ? content : headed("knxpi-snapshot", content));
      decodeLedger(kind > 7 ? content : headed("knxpi-ledger", content));
      decodeRecord(content, FACTORY_SETTINGS);
      formatOf({ "state.json": content });
      formatOf({ "device.json": content });
    },
  },
  {
    name: "recording",
    is: "octets",
    seeds: [
      '{"knxpi":"recording","format":1,"program":"0.2.0","instance":"house","epoch":1}\n[17.5,188,0]\n',
      '{"gap":3}\n{"impulse":{"for":"dl","type":"port-opened.ind","at":1}}\n{"end":{"at":1,"hash":"00","why":"asked"}}\n',
    ].map(utf8),
    words: ["[", "{", '"impulse":', '"effects":', "1e999", "\n", '"state":{}', '"format":9'].map(
      utf8,
    ),
    most: 2_000,
    async run(input) {
      for (const line of textIn(input).split("\n")) decodeLine(line);
      for (const octets of [input, gzipSync(input)])
        for await (const line of readRecording([octets])) hold("a line", line.line !== undefined);
    },
  },
  {
    name: "backup",
    is: "octets",
    seeds: [
      await packBackup({
        head: {
          program: "0.2.0",
          instance: "house",
          created: "now",
          config: "house.yaml",
          left: [],
        },
        entries: new Map([["config/house.yaml", utf8("knx: {address: 1.1.250}\n")]]),
      }),
    ],
    words: ["config/", "state/", "../", "PK", "backup.json"].map(utf8),
    most: 4_000,
    async run(input) {
      const unpacked = await unpackBackup(new Uint8Array(input));
      if (!unpacked.ok) hold("a refusal says why", unpacked.problem !== "");
    },
  },
];
