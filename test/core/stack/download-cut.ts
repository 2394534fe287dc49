import { GroupAddress } from "../../../src/core/address.ts";
import type { Image } from "../../../src/core/app/client/image.ts";
import { Asap } from "../../../src/core/app/group-objects/access-point.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { inGroupSet } from "../../../src/core/group-set.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import { run, type StackState } from "../../../src/core/stack/stack.ts";
import { BIT_MS, frameLength } from "../../../src/sim/tp1.ts";
import {
  CLIENT,
  contents,
  expected,
  imageOf,
  installation,
  LOADABLES,
  type Moment,
  program,
} from "./download.ts";

/*
 * Where a download may be cut off, and what has to hold of the device afterwards.
 */

type Installation = ReturnType<typeof installation>;

/** What stood in the device before, what is being loaded, and what is loaded after it was cut off. */
export const OLD = imageOf(1);
export const NEW = imageOf(2);
export const NEXT = imageOf(3);

/** Of each telegram: bits after the octet with this index has arrived; counted from the end where it is below 0. */
const PLACES = [
  { place: "in the second octet", octet: 0, bits: 5 },
  { place: "behind the destination", octet: 4, bits: 1 },
  { place: "in the last octet", octet: -2, bits: 5 },
  { place: "between frame and acknowledge", octet: -1, bits: 8 },
  { place: "in the acknowledge", octet: -1, bits: 20 },
  { place: "in the silence after it", octet: -1, bits: 60 },
] as const;

export type Place = (typeof PLACES)[number]["place"];

export type Cut = Readonly<{ telegram: number; place: Place; moment: Moment }>;

/** Tells of every place of every telegram, at its moment. @returns what ends it */
export const atEveryPlace = (
  { line, clock }: Installation,
  reached: (telegram: number, place: Place) => void,
): (() => void) => {
  let telegram = -1;
  let octets: number[] = [];
  const port = line.attach({
    name: "observer",
    octet: (octet, first) => {
      if (first) {
        telegram++;
        octets = [];
      }
      octets.push(octet);
      const length = frameLength(octets) ?? 0;
      for (const place of PLACES)
        if (octets.length - 1 === (place.octet < 0 ? length + place.octet : place.octet)) {
          const number = telegram;
          clock.after(place.bits * BIT_MS, () => reached(number, place.place));
        }
    },
    acknowledge: () => undefined,
    frameEnd: () => {},
    power: () => {},
  });
  return port.detach;
};

/** The device that has the old installation, at every place of a download of the new one. */
export const cutsOf = (image: Image): readonly Cut[] => {
  const it = installation();
  it.perform(program(OLD));
  const cuts: Cut[] = [];
  const end = atEveryPlace(it, (telegram, place) =>
    cuts.push({ telegram, place, moment: it.moment() }),
  );
  it.perform(program(image));
  it.clock.advance(1_000);
  end();
  return cuts;
};

/** Objects that pretend to be whole and are not. */
export const trusted = (
  state: StackState,
  whole: readonly (readonly string[])[],
): readonly string[] =>
  contents(state).flatMap((content, index) =>
    isState(content) || whole.some((each) => each[index] === content)
      ? []
      : [`${index + 1}: ${content}`],
  );

const isState = (content: string): boolean => /^(unloaded|loading|error)$/.test(content);

type Claim = readonly [is: boolean, should: boolean, what: string];

/**
 * Everything a device claims and does that what is loaded does not bear out, in words.
 * @param images what may be in it, each as a whole
 */
export const distrust = (state: StackState, images: readonly Image[]): readonly string[] => {
  const whole = images.map(expected);
  const there = contents(state);
  const { loadables } = state.device.model;
  const isLoaded = (index: number): boolean => !isState(there[index - 1] ?? "");
  const works = [1, 2, 3, 4].every(isLoaded) && loadables[4].run === "running";
  const claims: readonly Claim[] = [
    [state.objects.tables !== null, works, "group objects work"],
    [state.application.running !== null, works, "the application runs"],
    ...LOADABLES.map(
      (index): Claim => [
        loadables[index].run === "running",
        index >= 4 && isLoaded(index),
        `object ${index} runs`,
      ],
    ),
    ...LOADABLES.map(
      (index): Claim => [
        loadables[index].error !== 0,
        loadables[index].state === "error",
        `object ${index} has an error code`,
      ],
    ),
    ...images
      .flatMap(({ groupAddresses }) => groupAddresses)
      .map(
        (address): Claim => [
          inGroupSet(state.dl.config.groups, address),
          images.some((image, at) => there[0] === whole[at]?.[0] && has(image, address)),
          `group address ${address.toString(16)} is acknowledged`,
        ],
      ),
  ];
  return [
    ...trusted(state, whole),
    ...claims.flatMap(([is, should, what]) => (is === should ? [] : [`${what}: ${is}`])),
    ...(works && !whole.some((each) => [0, 1, 2, 3].every((at) => each[at] === there[at]))
      ? ["group objects work with what does not belong together"]
      : []),
    ...(works ? [] : talk(state)),
  ];
};

const has = ({ groupAddresses }: Image, address: number): boolean =>
  groupAddresses.includes(address);

/** What group telegrams, and an application that will not be quiet, bring out of a device whose group objects do not work. */
const talk = (state: StackState): readonly string[] => {
  const came: string[] = [];
  const see = ({ for: to, type }: Impulse | Effect): void => {
    if (to === "application" || (to === "dl" && type === "L_Data.req")) came.push(`${to} ${type}`);
  };
  let after = state;
  for (const impulse of IMPULSES) [after] = run(after, { ...impulse, at: 1e9 }, see);
  if (after.objects.objects !== state.objects.objects) came.push("a group object has changed");
  return came;
};

const RECEIVED = { source: CLIENT, priority: "low", hops: 6, repeated: false, at: 0 } as const;
const [, TO_FIRST = 0, TO_SECOND = 0] = OLD.groupAddresses;
// biome-ignore format: read by column
const IMPULSES: readonly Extract<Impulse, { at: number }>[] = [
  { for: "tl",      type: "N_Data_Group.ind",   ...RECEIVED, destination: GroupAddress(TO_FIRST),  tpdu: [0x00, 0x81] },
  { for: "tl",      type: "N_Data_Group.ind",   ...RECEIVED, destination: GroupAddress(TO_SECOND), tpdu: [0x00, 0x00] },
  { for: "objects", type: "object-write.req",   asap: Asap(1), value: [1], at: 0 },
  { for: "objects", type: "object-read.req",    asap: Asap(1), at: 0 },
  { for: "objects", type: "timeout",            timer: { for: "objects", name: "initial-read" }, at: 0 },
];
