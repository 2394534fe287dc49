import * as z from "zod";
import { LOAD_STATES } from "../../core/app/client/load.ts";
import { parseHex } from "../../core/octets.ts";

/*
 * What is loaded into devices, as it stands in parameters and in files: octets, addresses and words in hex. What has to fit
 * together (an association and its group address) is for the procedure to check.
 */

/** Octets in hex. @param count exactly so many */
const octets = (count?: number) =>
  z.string({ error: "octets in hex are needed, such as 0c1a" }).transform((text, context) => {
    const parsed = parseHex(text);
    if (parsed !== undefined && (count === undefined || parsed.length === count)) return parsed;
    const what = count === undefined ? "octets" : `${count} octets`;
    context.addIssue({ code: "custom", message: `"${text.slice(0, 64)}" is not ${what} in hex` });
    return z.NEVER;
  });

/** 16 bits, as a number or in hex. */
const word = z.union(
  [
    z.int().min(0).max(0xffff),
    z
      .string()
      .regex(/^(0x)?[0-9a-f]{1,4}$/i)
      .transform((text) => Number.parseInt(text.replace(/^0x/i, ""), 16)),
  ],
  { error: "a number from 0 to 65535 is needed, or text in hex such as d700" },
);

const octet = z
  .int({ error: "a number from 0 to 255 is needed" })
  .min(0, { error: "the least is 0" })
  .max(255, { error: "the most is 255" });

const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `there is no ${issue.keys.map((name) => `"${name}"`).join(", ")} here`
        : "an object is needed",
  });

const program = section({
  octets: octets(),
  fill: octet.default(0),
  programVersion: octets(5),
  peiType: octet.exactOptional(),
});

const properties = z.array(section({ object: octet, pid: octet, octets: octets() }));

/** An image as `device.program` takes it. */
export const image = section({
  application: program.exactOptional(),
  program2: program.exactOptional(),
  groupAddresses: z.array(word, { error: "a list of words is needed" }),
  associations: z.array(z.tuple([word, word], { error: "a pair [TSAP, object] is needed" }), {
    error: "a list of pairs is needed",
  }),
  groupObjects: z.array(word, { error: "a list of words is needed" }),
  properties: properties.exactOptional(),
  extended: z.boolean().exactOptional(),
  partial: z.boolean().exactOptional(),
  checks: section({
    hardwareType: octets(6).exactOptional(),
    manufacturer: word.exactOptional(),
  }).exactOptional(),
});

const loadState = z.string().transform((name, context) => {
  const found = Object.entries(LOAD_STATES).find(([, each]) => each === name);
  if (found !== undefined) return Number(found[0]);
  context.addIssue({ code: "custom", message: `"${name.slice(0, 64)}" is no load state` });
  return z.NEVER;
});

const hexNumber = z
  .string()
  .regex(/^[0-9a-f]{1,8}$/i, { error: "a number in hex is needed" })
  .transform((text) => Number.parseInt(text, 16));

const maybeOctets = octets().nullable();

/** What `device.dump` gave. */
export const dump = z
  .strictObject(
    {
      /** Whose it was: another device of the same kind may get it. */
      address: z.string().optional(),
      level: z.number().optional(),
      format: z.literal("knxpi device dump", { error: `"knxpi device dump" is needed` }),
      version: z.literal(1, { error: "only version 1 is known" }),
      identity: section({
        mask: hexNumber,
        serial: octets(6),
        manufacturer: hexNumber,
        orderInfo: maybeOctets,
        hardwareType: maybeOctets,
        version: maybeOctets,
      }),
      properties,
      objects: z.array(
        section({
          index: z.literal([1, 2, 3, 4, 5], { error: "an object is 1 … 5" }),
          loadState,
          address: hexNumber,
          octets: maybeOctets,
          stamp: maybeOctets,
          programVersion: maybeOctets,
          peiType: octet.nullable(),
        }),
      ),
    },
    { error: "a dump of a device is needed" },
  )
  .transform(({ identity, properties: written, objects }) => ({
    version: 1 as const,
    identity,
    properties: written,
    objects,
  }));
