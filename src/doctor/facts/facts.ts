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
  self: Self;
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

/** @param state where knxpi keeps what must survive */
export const readFacts = (root: Root, self: Self, state: string): Facts => {
  const machine = readMachine(root);
  return {
    self,
    machine,
    boot: readBoot(root, machine),
    serial: readSerial(root),
    processes: readProcesses(root),
    accounts: readAccounts(root),
    services: readServices(root),
    storage: readStorage(root),
    state: readState(root, state),
    clock: readClock(root),
    power: readPower(root),
  };
};
