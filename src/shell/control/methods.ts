import { JSONRPCErrorCode, JSONRPCErrorException } from "json-rpc-2.0";
import * as z from "zod";
import { parseGroupAddress, parseIndividualAddress } from "../../core/address.ts";
import type { Procedure } from "../../core/app/client/procedure.ts";
import { parseHex } from "../../core/octets.ts";
import { MACHINES } from "../transitions.ts";
import { dump, image } from "./images.ts";

/*
 * Every method of the control socket and its parameters, as text and numbers that people can write:
 * `firmware-notes/control-socket.md`.
 */

/** Parameters of a method, checked. @throws JSONRPCErrorException (-32602) that names the parameter */
export const checkParams = <Schema extends z.ZodType>(
  schema: Schema,
  params: unknown,
): z.output<Schema> => {
  const checked = schema.safeParse(params ?? {});
  if (checked.success) return checked.data;
  const complaints = checked.error.issues.map(({ path, message }) =>
    path.length === 0 ? `params: ${message}` : `${path.join(".")}: ${message}`,
  );
  throw new JSONRPCErrorException(complaints.join("; "), JSONRPCErrorCode.InvalidParams);
};

/** Text that stands for something: an address, octets. */
const read = <T>(parse: (text: string) => T | undefined, example: string) =>
  z.string({ error: `text is needed: ${example}` }).transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: `"${text.slice(0, 64)}" is not ${example}` });
    return z.NEVER;
  });

const individual = read(parseIndividualAddress, "an individual address such as 1.1.5");
const group = read((text) => parseGroupAddress(text) || undefined, "a group address such as 1/2/3");
const octets = read(
  (text) => (text === "" ? undefined : parseHex(text)),
  "octets in hex such as 0c1a",
);

const exactly = (count: number, example: string) =>
  read((text) => {
    const parsed = parseHex(text);
    return parsed?.length === count ? parsed : undefined;
  }, example);

const line = read((text) => {
  const address = parseIndividualAddress(`${text}.0`);
  return address === undefined ? undefined : address >> 8;
}, "a line such as 1.1");

const between = (min: number, max: number) =>
  z
    .int({ error: `a whole number from ${min} to ${max} is needed` })
    .min(min, { error: `the least is ${min}` })
    .max(max, { error: `the most is ${max}` });

/** 24 bits, as a number or in hex. */
const memoryAddress = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^(0x)?[0-9a-f]{1,6}$/i)
        .transform((text) => Number.parseInt(text.replace(/^0x/i, ""), 16)),
    ],
    {
      error: "an address is a number from 0 to 16777215, or text in hex such as 4000",
    },
  )
  .pipe(between(0, 0xff_ffff));

const onOff = z.boolean({ error: "true or false is needed" });

/** 4 octets, for A_Authorize_Request. */
const key = exactly(4, "a key of 4 octets in hex such as 01234567").exactOptional();
const toDevice = { peer: individual, key };

const method = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `there is no parameter ${issue.keys.map((name) => `"${name}"`).join(", ")}`
        : "an object with named parameters is needed",
  });

const procedure = <Name extends Procedure["name"], Shape extends z.ZodRawShape>(
  name: Name,
  shape: Shape,
) => method(shape).transform((args) => ({ name, ...args }));

const element = { object: between(0, 255), pid: between(1, 255) };
/** Which elements of a property. */
const some = { start: between(0, 4095).default(1), count: between(1, 4095).default(1) };

/** Procedures: what the client of the stack is asked to do on the bus. */
export const PROCEDURES = {
  "device.info": procedure("device.info", toDevice),
  "device.scan": procedure("device.scan", {
    line,
    from: between(0, 255).default(0),
    to: between(0, 255).default(255),
  }),
  "device.find": procedure("device.find", {}),
  "programming-mode.read": procedure("programming-mode.read", toDevice),
  "programming-mode.write": procedure("programming-mode.write", { ...toDevice, on: onOff }),
  "address.button": procedure("address.button", { address: individual }),
  "address.serial": procedure("address.serial", {
    serial: exactly(6, "a serial number of 6 octets such as 00FA:12345678"),
    address: individual,
  }),
  "device.restart": procedure("device.restart", toDevice),
  "device.reset": procedure("device.reset", {
    ...toDevice,
    eraseCode: between(1, 7),
    channel: between(0, 255).default(0),
  }),
  "device.program": procedure("device.program", { ...toDevice, image }),
  "device.dump": procedure("device.dump", toDevice),
  "device.restore": procedure("device.restore", { ...toDevice, document: dump }),
  "property.read": procedure("property.read", { ...toDevice, ...element, ...some }),
  "property.write": procedure("property.write", { ...toDevice, ...element, ...some, octets }),
  "property.describe": procedure("property.describe", { ...toDevice, ...element }),
  "memory.read": procedure("memory.read", {
    ...toDevice,
    address: memoryAddress,
    length: between(1, 65_536),
  }),
  "memory.write": procedure("memory.write", { ...toDevice, address: memoryAddress, octets }),
  "group.read": procedure("group.read", { address: group }),
  "group.write": method({ address: group, octets, short: onOff.default(false) })
    .refine(
      ({ octets: [first = 0, ...rest], short }) => !short || (rest.length === 0 && first < 64),
      {
        path: ["octets"],
        error: "a short value is one octet of up to 6 bits, 00 to 3f",
      },
    )
    .transform(({ address, octets: value, short }) => ({
      name: "group.write" as const,
      address,
      value: { octets: value, short },
    })),
} as const satisfies Record<Procedure["name"], z.ZodType<Procedure>>;

/** What is done here and now, or goes on until it is stopped. */
export const SERVICES = {
  status: method({}),
  transitions: method({
    machine: z.enum(MACHINES, { error: `one of ${MACHINES.join(", ")} is needed` }).exactOptional(),
  }),
  log: method({
    level: z.string({ error: "a level is needed, such as debug" }).exactOptional(),
    module: z.string({ error: "the name of a module is needed, such as dl" }).exactOptional(),
    seconds: z.number({ error: "a number is needed" }).exactOptional(),
  }),
  "programming-mode": method({ on: onOff.exactOptional() }),
  "monitor.start": method({}),
  "monitor.stop": method({}),
  "busmonitor.start": method({ client: z.string().max(100).exactOptional() }),
  "busmonitor.stop": method({}),
  "record.start": method({
    last: z
      .number({ error: "a number of seconds is needed" })
      .min(0, { error: "the least is 0" })
      .exactOptional(),
    follow: onOff.default(false),
  }),
  "record.read": method({}),
  "record.stop": method({}),
  "record.list": method({}),
  upload: method({
    part: z.string({ error: "text is needed" }),
    first: z.boolean({ error: "true or false is needed" }).default(false),
  }),
  cancel: method({
    id: z.union([z.string(), z.number()], { error: "the id of a request is needed" }),
  }),
} as const;

export type ServiceName = keyof typeof SERVICES;

export const isProcedure = (name: string): name is Procedure["name"] =>
  Object.hasOwn(PROCEDURES, name);
export const isService = (name: string): name is ServiceName => Object.hasOwn(SERVICES, name);
