import { MQTT_FAULTS } from "../../shell/mqtt-fault.ts";
import { type Finding, type Remedy, speaker } from "../finding.ts";
import type { BrokerReport } from "../probe/broker.ts";

const { ok, note, warning, problem } = speaker("broker");

/** What is known of us, to compare with what the broker has kept. */
export type OwnBridge = Readonly<{
  base: string;
  /** `instance_id` of `bridge/info`. */
  instanceId: string;
  /** It runs on this machine. */
  runs: boolean;
}>;

/** @param now ms since 1970 */
export const checkBroker = (
  report: BrokerReport,
  own: OwnBridge,
  now: number,
): readonly Finding[] => [
  ...nameOf(report),
  ...certificateOf(report, now),
  loginOf(report),
  ...baseOf(report, own),
];

const nameOf = ({ url, addresses }: BrokerReport): readonly Finding[] =>
  addresses === null
    ? [
        problem(
          "name",
          `the host name in ${url} is not known`,
          "Check mqtt.url and the name server (resolvectl status); a name with .local needs: sudo apt install libnss-mdns",
        ),
      ]
    : [];

const certificateOf = ({ certificate }: BrokerReport, now: number): readonly Finding[] => {
  if (certificate === null) return [];
  const { from, until, refused, names } = certificate;
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const found =
    now < from
      ? problem(
          "certificate",
          `the broker's certificate is valid from ${day(from)} on, and the clock says ${day(now)}`,
          "The clock is wrong, most likely: see clock below.",
        )
      : now > until
        ? problem(
            "certificate",
            `the broker's certificate has ended on ${day(until)}`,
            "Give the broker a new one. If the clock is wrong: see clock below.",
          )
        : refused !== null
          ? problem(
              "certificate",
              `the broker's certificate is not accepted: ${refused}`,
              `mqtt.ca: the PEM file of the authority that has signed it. It is for ${names || "no name"}: mqtt.url or mqtt.server_name must be one of these.`,
            )
          : until - now < SOON_MS
            ? warning(
                "certificate",
                `the broker's certificate ends on ${day(until)}`,
                "Give the broker a new one before that day.",
              )
            : ok("certificate", `the broker's certificate is valid until ${day(until)}`);
  return [found];
};

const loginOf = ({ url, fault, error, version }: BrokerReport): Finding => {
  if (fault === null)
    return ok("login", `${url} lets us in, MQTT ${version === 4 ? "3.1.1" : "5"}`);
  const [what = "", ...rest] = MQTT_FAULTS[fault].split(": ");
  const remedy: Remedy = [capitalised(rest.join(": ")) || "Look into the log of the broker."];
  return problem("login", `${url}: ${what}${error === null ? "" : ` (${error})`}`, ...remedy);
};

const baseOf = (
  { fault, bridge, mayRead }: BrokerReport,
  { base, instanceId, runs }: OwnBridge,
): readonly Finding[] => {
  if (fault !== null) return [];
  if (mayRead === false)
    return [
      warning(
        "base-topic",
        `the broker does not let us read ${base}/#`,
        `Allow reading and writing of ${base}/# for this user in the broker's access rules.`,
      ),
    ];
  const { online, instanceId: other } = bridge;
  const isOther = other !== null && other !== instanceId;
  if (online === true && isOther)
    return [
      problem(
        "base-topic",
        `another bridge (${other}) is online on ${base}/#`,
        "Choose another mqtt.base, or stop that bridge.",
      ),
    ];
  if (online === true && !runs)
    return [
      note(
        "base-topic",
        `a bridge with our number is online on ${base}/#, and none runs here`,
        "Its configuration was copied to another machine, or the broker has not noticed yet that it is gone: look again in a minute.",
      ),
    ];
  return [ok("base-topic", `${base}/# is ${online === true ? "used by this bridge" : "free"}`)];
};

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const SOON_MS = 21 * 86_400_000;
