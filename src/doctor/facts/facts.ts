import type { Instance } from "../instance.ts";
import { type AccountFacts, readAccounts, type Self } from "./accounts.ts";
import { type BootFacts, readBoot } from "./boot.ts";
import { type ClockFacts, readClock } from "./clock.ts";
import { type MachineFacts, readMachine } from "./machine.ts";
import { type PowerFacts, readPower } from "./power.ts";
import { type ProcessFacts, readProcesses } from "./processes.ts";
import type { Root } from "./root.ts";
import { readSerial, type SerialFacts } from "./serial.ts";
import { readServices, type ServiceFacts } from "./services.ts";
import { readState, type StateFacts } from "./state.ts";
import { readStorage, type StorageFacts } from "./storage.ts";

/** Everything that the files of a machine tell, as plain data. */
export type Facts = Readonly<{
  /** null: on another machine, which has nothing but the files of this one. */
  self: Self | null;
  /** Which bridge is looked at. */
  instance: Instance;
  machine: MachineFacts;
  boot: BootFacts;
  serial: SerialFacts;
  processes: ProcessFacts;
  accounts: AccountFacts;
  services: ServiceFacts;
  storage: StorageFacts;
  state: StateFacts;
  clock: ClockFacts;
  power: PowerFacts;
}>;

export const readFacts = (root: Root, self: Self | null, instance: Instance): Facts => {
  const machine = readMachine(root);
  return {
    self,
    instance,
    machine,
    boot: readBoot(root, machine),
    serial: readSerial(root),
    processes: readProcesses(root),
    accounts: readAccounts(root),
    services: readServices(root, `${instance.unit}.service`),
    storage: readStorage(root),
    state: readState(root, instance.state),
    clock: readClock(root),
    power: readPower(root),
  };
};
