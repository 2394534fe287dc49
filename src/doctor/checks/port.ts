import { groupName, userName } from "../facts/accounts.ts";
import type { Facts } from "../facts/facts.ts";
import type { Entry } from "../facts/root.ts";
import { unitValue, unitWords } from "../facts/services.ts";
import { type Finding, speaker } from "../finding.ts";
import type { WantedPort } from "../wanted.ts";

const { ok, note, warning, problem, skipped } = speaker("port");

/** Whether the port is there, ours, and nobody else's. */
export const checkPort = (facts: Facts, port: WantedPort): readonly Finding[] => {
  const { path, remote, node, tty } = port;
  if (remote) return [ok("port", `${path} is on another machine`)];
  const other = otherPorts(facts, port);
  if (path === null)
    return [problem("port", "knx.port is auto, and no serial port was found", plugIn(facts))];
  if (node === null)
    return [
      problem(
        "port",
        `${path} is not there`,
        other.length === 0
          ? plugIn(facts)
          : `There is ${other.join(", ")}: name it in the configuration (knx.port), or plug in what is missing.`,
      ),
    ];
  if (node.kind !== "device")
    return [
      problem(
        "port",
        `${path} is no serial port`,
        other.length === 0 ? "Name one: ls -l /dev/serial/by-id" : `There is ${other.join(", ")}.`,
      ),
    ];
  if (tty === null)
    return [
      note(
        "port",
        `${path} is there, but none of the serial ports of this machine`,
        "A pseudo terminal (socat, tests) is fine; it has no parity bit.",
      ),
      ...permissionOf(facts, path, node),
    ];
  return [
    ok("port", `${path}${path === `/dev/${tty.name}` ? "" : ` is /dev/${tty.name}`}`),
    ...nameOf(facts, port),
    holderOf(facts, tty.name),
    ...permissionOf(facts, `/dev/${tty.name}`, node),
    ...errorsOf(tty),
  ];
};

const plugIn = ({ machine }: Facts): string =>
  machine.pi === null
    ? "Plug the adapter in, or name the port in the configuration (knx.port)."
    : "Plug the adapter in, or switch the UART of the pins on: see uart.";

const otherPorts = ({ serial }: Facts, { path }: WantedPort): readonly string[] =>
  serial.ports
    .filter(
      ({ node, kind, name }) => node !== null && kind !== "bluetooth" && `/dev/${name}` !== path,
    )
    .map(
      ({ name }) =>
        serial.links.find((link) => /by-id/.test(link.path) && link.target === `/dev/${name}`)
          ?.path ?? `/dev/${name}`,
    );

/** The number of a USB port depends on what was plugged in first. */
const nameOf = ({ serial }: Facts, { path, tty, stable }: WantedPort): readonly Finding[] => {
  if (tty?.kind !== "usb" || stable) return [];
  const byId = serial.links.find(
    (link) => link.path.startsWith("/dev/serial/by-id/") && link.target === `/dev/${tty.name}`,
  );
  return [
    warning(
      "name",
      `${path} may be another adapter after the next start`,
      byId === undefined
        ? "Name it by a link that udev makes: ls -l /dev/serial/by-id /dev/serial/by-path"
        : `In the configuration, below knx: write  port: ${byId.path}`,
    ),
  ];
};

const holderOf = ({ processes, instance }: Facts, name: string): Finding => {
  const holders = processes.programs.filter(({ ports }) => ports.includes(`/dev/${name}`));
  const rivals = holders.filter((program) => !isKnxpi(program));
  const [rival] = rivals;
  if (rival !== undefined)
    return problem(
      "holder",
      `${rivals.map(({ name: program, pid }) => `${program} (process ${pid})`).join(" and ")} has /dev/${name} open`,
      STOPS[rival.name] ?? `Stop it, and what starts it: systemctl status ${rival.pid}`,
    );
  const knxd = processes.programs.find((program) => program.name === "knxd");
  if (knxd !== undefined && holders.length === 0)
    return note(
      "holder",
      `knxd runs (process ${knxd.pid}); nobody has /dev/${name} open now`,
      "If it uses the same transceiver: sudo systemctl disable --now knxd.service knxd.socket",
    );
  if (holders.length > 0) return ok("holder", `knxpi has /dev/${name} open, nobody else`);
  return processes.unseen > 0
    ? skipped(
        "holder",
        `whether somebody has /dev/${name} open: ${processes.unseen} processes do not show it to this user`,
        `sudo ${instance.doctor}`,
      )
    : ok("holder", `nobody else has /dev/${name} open`);
};

const isKnxpi = ({ name, command }: Facts["processes"]["programs"][number]): boolean =>
  /knxpi/.test(name) || /\bknxpi\b/.test(command);

const STOPS: Readonly<Record<string, string>> = {
  knxd: "sudo systemctl disable --now knxd.service knxd.socket",
  eibd: "sudo systemctl disable --now eibd",
  ModemManager: "sudo systemctl disable --now ModemManager",
  brltty: "sudo apt remove brltty",
  gpsd: "sudo systemctl disable --now gpsd.service gpsd.socket",
  hciattach: "sudo systemctl disable --now hciuart",
  btattach: "sudo systemctl disable --now hciuart",
  agetty: "See login above.",
};

/** Whoever calls this, and the service. */
const permissionOf = (facts: Facts, path: string, node: Entry): readonly Finding[] => {
  const { self, accounts, instance } = facts;
  if (self === null) return [];
  const group = groupName(accounts, node.gid);
  const shown = `${path} belongs to ${userName(accounts, node.uid)} and the group ${group}, mode ${node.mode.toString(8)}`;
  const user = userName(accounts, self.uid);
  const mine = mayUse(node, self.uid, self.gids);
  const isOpen = (node.mode & 0o060) === 0o060 || (node.mode & 0o006) === 0o006;
  if (!isOpen && (!mine || serviceGroups(facts) !== null))
    return [
      problem(
        "permission",
        `${shown}: a group is not allowed in`,
        "A login on the port does that: see login. Without one, udev gives it to dialout when the adapter is plugged in again, or with:",
        `sudo udevadm trigger ${path}`,
      ),
    ];
  const isMember = accounts.groups.some(
    ({ name, members }) => name === group && members.includes(user),
  );
  const service = serviceGroups(facts);
  const findings: Finding[] = [];
  if (service !== null && !service.includes(group) && (node.mode & 0o006) !== 0o006)
    findings.push(
      problem(
        "service-permission",
        `${shown}; ${instance.unit}.service has no such group`,
        `sudo systemctl edit ${instance.unit}, and there:`,
        "[Service]",
        `SupplementaryGroups=${group}`,
        `Then: sudo systemctl restart ${instance.unit}`,
      ),
    );
  // As long as the service may, it does not matter much who calls this.
  const say = service === null ? problem : note;
  if (mine) findings.push(ok("permission", `${user} may use ${path}`));
  else if (isMember)
    findings.push(
      say(
        "permission",
        `${user} is in the group ${group}, but this session began before that`,
        "Log in again.",
      ),
    );
  else
    findings.push(
      say(
        "permission",
        `${user} may not use ${path}: ${shown}`,
        `sudo usermod -aG ${group} ${user}`,
        "Then log in again.",
      ),
    );
  return findings;
};

const mayUse = ({ mode, uid, gid }: Entry, user: number, groups: readonly number[]): boolean =>
  user === 0 ||
  (user === uid && (mode & 0o600) === 0o600) ||
  (groups.includes(gid) && (mode & 0o060) === 0o060) ||
  (mode & 0o006) === 0o006;

/** The groups that the service runs with; null: there is no service. */
const serviceGroups = ({ services, accounts }: Facts): readonly string[] | null => {
  const unit = services.bridge;
  if (unit === undefined || unit.path === null) return null;
  const user = unitValue(unit, "User");
  const memberOf = accounts.groups.filter(
    ({ members }) => user !== undefined && members.includes(user),
  );
  // Without a user of its own it runs as root.
  const isDynamic = /^(yes|true|on|1)$/.test(unitValue(unit, "DynamicUser") ?? "");
  const isRoot = user === "root" || (user === undefined && !isDynamic);
  return isRoot
    ? accounts.groups.map(({ name }) => name)
    : [
        unitValue(unit, "Group") ?? "",
        ...unitWords(unit, "SupplementaryGroups"),
        ...memberOf.map(({ name }) => name),
      ];
};

/** What the driver has counted: octets that were lost, or never had the right form. */
const errorsOf = ({ name, errors }: NonNullable<WantedPort["tty"]>): readonly Finding[] => {
  if (errors === null) return [];
  const { received, framing, parity, overruns } = errors;
  const bad = framing + parity;
  return [
    ...(overruns > 0
      ? [
          warning(
            "overruns",
            `/dev/${name} has lost octets ${overruns} times since the start, because nobody read them in time`,
            "Look for what loads this machine (top), and for something else that reads the port: see holder.",
          ),
        ]
      : []),
    ...(bad > received / 100 && bad > 5
      ? [
          warning(
            "line-errors",
            `/dev/${name} has seen ${framing} framing and ${parity} parity errors in ${received} octets`,
            "Compare knx.baud and knx.parity with how the chip is strapped, then look at wires and ground.",
          ),
        ]
      : []),
  ];
};
