import { userName } from "../facts/accounts.ts";
import type { Facts } from "../facts/facts.ts";
import { unitValue } from "../facts/services.ts";
import { type Finding, speaker } from "../finding.ts";
import type { Instance } from "../instance.ts";
import type { ServiceReport } from "../probe/systemd.ts";

const { ok, note, warning, problem, skipped } = speaker("knxpi");

/**
 * Whether the service starts with the machine, and how it is.
 * @param report null: systemd was not asked
 */
export const checkService = (
  { services, instance }: Facts,
  report: ServiceReport | null,
): readonly Finding[] => {
  const unit = services.bridge;
  if (unit === undefined)
    return [
      note(
        "service",
        `there is no ${instance.unit}.service: the bridge does not start with the machine`,
        "sudo knxpi install --apply",
      ),
    ];
  return [
    unit.masked
      ? problem(
          "service",
          `${unit.name} is masked: nothing can start it`,
          `sudo systemctl unmask ${instance.unit}`,
        )
      : unit.enabled
        ? ok("service", `${unit.name} starts with the machine`)
        : warning(
            "service",
            `${unit.name} does not start with the machine`,
            `sudo systemctl enable --now ${instance.unit}`,
          ),
    ...(report === null ? [] : stateOf(report, instance)),
  ];
};

const stateOf = (
  { active, sub, restarts, result, status }: ServiceReport,
  instance: Instance,
): readonly Finding[] => {
  const { unit } = instance;
  const log = `journalctl -u ${unit} -e tells why.`;
  const ended = result === "success" ? `status ${status}` : `${result}, status ${status}`;
  if (active === "failed" || sub === "auto-restart")
    return [
      problem(
        "service-state",
        `${unit}.service has ended (${ended})`,
        ENDS[result] ?? statusOf(status, instance) ?? log,
        `Then: sudo systemctl restart ${unit}`,
      ),
    ];
  if (active !== "active")
    return [note("service-state", `${unit}.service is ${active}`, `sudo systemctl start ${unit}`)];
  return restarts > 0
    ? [
        warning(
          "service-state",
          `${unit}.service runs, but was started again ${restarts} times (${ended})`,
          ENDS[result] ?? log,
        ),
      ]
    : [ok("service-state", `${unit}.service runs`)];
};

const ENDS: Readonly<Record<string, string>> = {
  watchdog:
    "It had stopped to answer. Is the card slow or the machine overloaded? See storage and power below.",
  "oom-kill": "There was not enough memory: look at what else runs (free -m, top).",
};

/** sysexits.h, as `knxpi run` uses them. */
const statusOf = (status: number, { unit, config }: Instance): string | undefined => {
  switch (status) {
    case 1:
    case 78:
      return `Configuration or state cannot be used: knxpi check ${config}, or else journalctl -u ${unit} -e`;
    case 2:
      return `The command line of the unit is wrong: systemctl cat ${unit}`;
    case 70:
      return "An internal error: please report it, with the recording of the crash.";
    case 74:
      return "The state directory cannot be written: see state below.";
    case 75:
      return "Another bridge uses the base topic, or the port of the embedded broker is taken: see broker above.";
    default:
      return undefined;
  }
};

/** The directory for what must survive a restart. */
export const checkState = (facts: Facts): readonly Finding[] => {
  const { directory, entry, hidden, space, crashes } = facts.state;
  const { services, instance, self } = facts;
  const unit = services.bridge;
  if (entry === null)
    return unit === undefined
      ? []
      : [
          hidden
            ? skipped("state", `${directory} is not for this user`, `sudo ${instance.doctor}`)
            : note(
                "state",
                `${directory} is not there yet`,
                `${instance.unit}.service makes it when it starts.`,
              ),
        ];
  const user = unit && unitValue(unit, "User");
  // A copy belongs to whoever has made it.
  const owner = self === null ? null : userName(facts.accounts, entry.uid);
  return [
    entry.kind !== "folder"
      ? problem(
          "state",
          `${directory} is no folder`,
          `Take it away: sudo mv ${directory} ${directory}.old`,
        )
      : user !== undefined && owner !== null && owner !== user
        ? problem(
            "state",
            `${directory} belongs to ${owner}, and ${instance.unit}.service runs as ${user}`,
            `sudo chown -R ${user}:${user} ${directory}`,
          )
        : space !== null && space.freeMb < LITTLE_ROOM_MB
          ? problem(
              "state",
              `only ${space.freeMb} MB are free for ${directory}`,
              "sudo du -xh / | sort -h | tail tells what needs so much.",
            )
          : ok(
              "state",
              `${directory} ${owner === null ? "is there" : `belongs to ${owner}`}${space === null ? "" : `, ${space.freeMb} MB free`}`,
            ),
    ...(hidden
      ? [
          skipped(
            "recordings",
            `what is in ${directory} is not for this user`,
            `sudo ${instance.doctor}`,
          ),
        ]
      : crashes.length === 0
        ? []
        : [
            warning(
              "recordings",
              `${crashes.length} ${crashes.length === 1 ? "recording ends" : "recordings end"} with a crash, the last one ${crashes.at(-1)}`,
              "Please report it, with that recording. What happened before it:",
              `knxpi replay ${directory}/${crashes.at(-1)}`,
            ),
          ]),
  ];
};

const LITTLE_ROOM_MB = 50;
