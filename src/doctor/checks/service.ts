import { userName } from "../facts/accounts.ts";
import type { Facts } from "../facts/facts.ts";
import { unitOf, unitValue } from "../facts/services.ts";
import { type Finding, speaker } from "../finding.ts";
import type { ServiceReport } from "../probe/systemd.ts";

const { ok, note, warning, problem, skipped } = speaker("knxpi");

/**
 * Whether the service starts with the machine, and how it is.
 * @param report null: systemd was not asked
 */
export const checkService = (facts: Facts, report: ServiceReport | null): readonly Finding[] => {
  const unit = unitOf(facts.services, "knxpi.service");
  if (unit === undefined)
    return [
      note(
        "service",
        "there is no knxpi.service: the bridge does not start with the machine",
        "sudo knxpi install --apply",
      ),
    ];
  return [
    unit.masked
      ? problem(
          "service",
          "knxpi.service is masked: nothing can start it",
          "sudo systemctl unmask knxpi",
        )
      : unit.enabled
        ? ok("service", "knxpi.service starts with the machine")
        : warning(
            "service",
            "knxpi.service does not start with the machine",
            "sudo systemctl enable --now knxpi",
          ),
    ...(report === null ? [] : stateOf(report)),
  ];
};

const stateOf = ({ active, sub, restarts, result, status }: ServiceReport): readonly Finding[] => {
  const ended = result === "success" ? `status ${status}` : `${result}, status ${status}`;
  if (active === "failed" || sub === "auto-restart")
    return [
      problem(
        "service-state",
        `knxpi.service has ended (${ended})`,
        ENDS[result] ?? STATUSES[status] ?? "journalctl -u knxpi -e tells why.",
        "Then: sudo systemctl restart knxpi",
      ),
    ];
  if (active !== "active")
    return [note("service-state", `knxpi.service is ${active}`, "sudo systemctl start knxpi")];
  return restarts > 0
    ? [
        warning(
          "service-state",
          `knxpi.service runs, but was started again ${restarts} times (${ended})`,
          ENDS[result] ?? "journalctl -u knxpi -e tells why.",
        ),
      ]
    : [ok("service-state", "knxpi.service runs")];
};

const ENDS: Readonly<Record<string, string>> = {
  watchdog:
    "It had stopped to answer. Is the card slow or the machine overloaded? See storage and power below.",
  "oom-kill": "There was not enough memory: look at what else runs (free -m, top).",
};

/** sysexits.h, as `knxpi run` uses them. */
const STATUSES: Readonly<Record<number, string>> = {
  1: "The configuration has errors: knxpi check /etc/knxpi/house.yaml",
  2: "The command line of the unit is wrong: systemctl cat knxpi",
  70: "An internal error: please report it, with the recording of the crash.",
  74: "The state directory cannot be written: see state below.",
  75: "Another bridge uses the base topic, or the port of the embedded broker is taken: see broker above.",
  78: "The configuration has errors: knxpi check /etc/knxpi/house.yaml",
};

/** The directory for what must survive a restart. */
export const checkState = (facts: Facts): readonly Finding[] => {
  const { directory, entry, hidden, space, crashes } = facts.state;
  const unit = unitOf(facts.services, "knxpi.service");
  if (entry === null)
    return unit === undefined
      ? []
      : [
          hidden
            ? skipped("state", `${directory} is not for this user`, "sudo knxpi doctor")
            : note(
                "state",
                `${directory} is not there yet`,
                "knxpi.service makes it when it starts.",
              ),
        ];
  const user = unit && unitValue(unit, "User");
  const owner = userName(facts.accounts, entry.uid);
  return [
    entry.kind !== "folder"
      ? problem(
          "state",
          `${directory} is no folder`,
          `Take it away: sudo mv ${directory} ${directory}.old`,
        )
      : user !== undefined && owner !== user
        ? problem(
            "state",
            `${directory} belongs to ${owner}, and knxpi.service runs as ${user}`,
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
              `${directory} belongs to ${owner}${space === null ? "" : `, ${space.freeMb} MB free`}`,
            ),
    ...(hidden
      ? [skipped("recordings", `what is in ${directory} is not for this user`, "sudo knxpi doctor")]
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
