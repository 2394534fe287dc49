import type { GroupAddress } from "../../address.ts";
import type { ObjectConfig } from "../../config.ts";
import { knownDpts } from "../../dpt/dpt.ts";
import type { ChoiceParameter, Declaration, ObjectDeclaration } from "./declaration.ts";
import { defineApplication, type LinkOf, type Program } from "./program.ts";

/*
 * The MQTT bridge as an application that ETS programs: so many objects of any kind. A parameter says what each of them is,
 * another one what it is called; with a group address it becomes an object of the bridge. Telegrams themselves go between bus
 * and bridge without this application, so that the bridge is the same with and without ETS.
 */

/** Objects that ETS can use. */
const OBJECTS = 250;

/** @param count objects, 1…999 */
export const bridgeDeclaration = (count: number): Declaration => {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return {
    identity: {
      manufacturer: 0x00fa,
      application: 0xb301,
      version: 0x10,
      name: "knxpi MQTT bridge",
      orderNumber: "KNXPI1",
    },
    objects: Object.fromEntries(numbers.map((n) => [`object${n}`, objectAt(n)])),
    parameters: Object.fromEntries([
      ...numbers.map((n) => [`type${n}`, { ...TYPE, text: `Object ${n}: type` }] as const),
      ...numbers.map((n) => [`name${n}`, { ...NAME, text: `Object ${n}: name on MQTT` }] as const),
    ]),
    timers: [],
    inputs: [],
    outputs: [],
    pages: Array.from({ length: Math.ceil(count / ON_PAGE) }, (_, page) => {
      const shown = numbers.slice(page * ON_PAGE, (page + 1) * ON_PAGE);
      return {
        text: `Objects ${shown[0]} to ${shown.at(-1)}`,
        parameters: shown.flatMap((n) => [`type${n}`, `name${n}`]),
        objects: shown.map((n) => `object${n}`),
      };
    }),
  };
};

const ON_PAGE = 10;

/** The value in memory is main · 256 + sub, which stays the same when others are added. */
const codeOf = (id: string): number => {
  const [main = 0, sub = 0] = id.split(".").map(Number);
  return main * 256 + sub;
};

/**
 * Main types up to 20, and subtypes that fit an octet: each main type more is 250 references more in the product, and the rarer
 * ones can be had in the configuration.
 */
const TYPES: readonly (readonly [id: string, name: string])[] = knownDpts()
  .filter(({ id, main }) => main <= 20 && codeOf(id) < (main + 1) * 256)
  .map(({ id, name }) => [id, name]);

const TYPE: Omit<ChoiceParameter, "text"> = {
  type: "choice",
  bits: 16,
  choices: Object.fromEntries([
    ["unused", [0, "not used"] as const],
    ...TYPES.map(([id, name]) => [id, [codeOf(id), `${id} ${name}`] as const] as const),
  ]),
  default: "unused",
};

const NAME = { type: "text", octets: 20, default: "" } as const;

const objectAt = (n: number): ObjectDeclaration => ({
  number: n,
  name: `Object ${n}`,
  function: "MQTT",
  dpt: { parameter: `type${n}`, dpts: Object.fromEntries(TYPES.map(([id]) => [id, id])) },
  flags: "CWTU",
});

type State = Readonly<{ names: Readonly<Record<string, string>> }>;

const PROGRAM: Program<Declaration, State> = {
  open: (parameters) => ({
    names: Object.fromEntries(
      Object.keys(parameters)
        .filter((key) => key.startsWith("name") && parameters[key] !== "")
        .map((key) => [key.replace("name", "object"), `${parameters[key]}`]),
    ),
  }),
  step: (state, event) => {
    switch (event.type) {
      case "started":
        return [state, [{ type: "bridge", objects: objectsOf(state, event.links) }]];
      case "stopped":
        return [state, [{ type: "bridge", objects: [] }]];
      default:
        return [state, []];
    }
  },
};

export const BRIDGE = defineApplication<Declaration, State>(bridgeDeclaration(OBJECTS), PROGRAM);

/** Several objects may send to one address; there the first one says what it is. */
const objectsOf = (
  { names }: State,
  links: readonly LinkOf<Declaration>[],
): readonly ObjectConfig[] => {
  const byAddress = new Map<GroupAddress, ObjectConfig>();
  for (const { object, ga, dpt, flags } of links) {
    if (dpt === null || !flags.includes("C") || byAddress.has(ga)) continue;
    byAddress.set(ga, {
      ga,
      name: names[object] ?? object.replace("object", "Object "),
      dpt,
      writable: flags.includes("T"),
      flags,
      groupObject: Number(object.replace("object", "")),
      ...DEFAULTS,
    });
  }
  return [...byAddress.values()];
};

/** As those of a configuration that says nothing else: `mqtt-interface.md` §19. */
const DEFAULTS = {
  priority: "low",
  alarm: false,
  provide: false,
  transmit: "changes",
  events: false,
  publish: "always",
} as const satisfies Partial<ObjectConfig>;
