import {
  BROADCAST,
  formatIndividualAddress,
  IndividualAddress,
  parseIndividualAddress,
} from "../core/address.ts";
import type { Octets } from "../core/octets.ts";
import type { Cancel } from "./clock.ts";
import { createServer } from "./connection.ts";
import { type Frame, SYSTEM, writeFrame } from "./frame.ts";
import type { ManagementOptions } from "./management-options.ts";
import type { Memory } from "./memory.ts";
import { createModel } from "./model.ts";
import { type Mode, serve } from "./services.ts";

/** The part of a device that answers for the device itself, as whoever stands in front of it sees it. */
export interface Management {
  readonly serialNumber: Octets;
  /** `1.1.5`; anybody on the line may change it. */
  readonly address: string;
  /** The lamp beside the programming button. */
  readonly programmingMode: boolean;
  /** Partner of the open connection. */
  readonly partner: string | undefined;
  readonly memory: Memory;
  /** What a property has at the moment, all elements of it, whoever may read it. */
  property(object: number, pid: number): Octets | undefined;
  /** The programming button: the mode goes on, or off again. */
  press(): void;
}

/** How the device around it drives it. */
export interface ManagedPart extends Management {
  readonly individualAddress: number;
  readonly hops: number;
  receive(frame: Frame): void;
  /** No power, or a restart: the connection is over without a word, and what is volatile is gone. */
  stop(): void;
}

/** Around it: time that stops with the power, the way to the line, and a restart that is told what to erase first. */
export type Carrier = Readonly<{
  later: (ms: number, run: () => void) => Cancel;
  send: (octets: readonly number[]) => void;
  restart: (erase: () => void) => void;
}>;

/** @throws RangeError for an address that is none, or a serial number that has not 6 octets */
export const createManagement = (
  options: ManagementOptions & { address: string },
  { later, send, restart }: Carrier,
): ManagedPart => {
  const first = parseIndividualAddress(options.address);
  if (first === undefined || options.serialNumber.length !== 6)
    throw new RangeError(`no device: ${options.address}`);
  const model = createModel(options, first);
  const { live } = model;

  const transmit = (to: number, tpdu: Octets, priority: number, toGroup = false): void => {
    const frame = { source: live.address, destination: to, toGroup, priority, hops: model.hops };
    send(writeFrame({ ...frame, tpdu }));
  };

  const run = (apdu: Octets, mode: Mode): Octets | undefined =>
    serve(model, apdu, mode, (eraseCode) =>
      restart(() => {
        if (eraseCode !== undefined) model.erase(eraseCode);
      }),
    );

  const server = createServer({
    later,
    send: (to, tpdu, priority = SYSTEM) => transmit(to, tpdu, priority),
    opened: () => {
      live.granted = undefined;
    },
    delivered: (apdu, priority) => {
      const answer = run(apdu, "connected");
      if (answer !== undefined) server.answer(answer, priority);
    },
  });

  const receive = ({ source, destination, toGroup, priority, tpdu }: Frame): void => {
    if (tpdu.length - 1 > model.maxApduLength) return;
    const isData = ((tpdu[0] ?? 0) & TPCI) === 0;
    if (toGroup) {
      if (destination !== BROADCAST || !isData) return;
      const answer = run(tpdu, "broadcast");
      if (answer !== undefined) transmit(BROADCAST, answer, priority, true);
    } else if (destination === live.address && isData) {
      const answer = run(tpdu, "connectionless");
      if (answer !== undefined) transmit(source, answer, priority);
    } else if (destination === live.address) server.receive(tpdu, source, priority);
  };

  return {
    serialNumber: options.serialNumber,
    memory: model.memory,
    get address() {
      return formatIndividualAddress(IndividualAddress(live.address));
    },
    get programmingMode() {
      return live.programmingMode;
    },
    get partner() {
      const { partner } = server;
      return partner === undefined
        ? undefined
        : formatIndividualAddress(IndividualAddress(partner));
    },
    get individualAddress() {
      return live.address;
    },
    get hops() {
      return model.hops;
    },
    property: (object, pid) =>
      model.objects[object]?.properties
        .find((property) => property.pid === pid)
        ?.elements()
        .slice(),
    press: () => {
      live.programmingMode = !live.programmingMode;
    },
    receive,
    stop: () => {
      server.drop();
      model.forget();
    },
  };
};

/** All bits of the first octet but the upper two of the APCI. */
const TPCI = 0xfc;
