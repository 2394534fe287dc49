import type { Config } from "../../config/config.ts";
import { checkBroker } from "../../doctor/checks/broker.ts";
import { type Finding, speaker } from "../../doctor/finding.ts";
import type { Instance } from "../../doctor/instance.ts";
import { probeBroker } from "../../doctor/probe/broker.ts";
import { isTaken } from "../../doctor/probe/listen.ts";

const { ok, problem } = speaker("broker");

/** @param runs the bridge runs: what is used is used by it */
export const askBroker = async (
  config: Config,
  runs: boolean,
  { unit }: Instance,
): Promise<readonly Finding[]> => {
  const { mqtt, stack } = config;
  const { base, instanceId, limits } = stack.bridge;
  if (mqtt.url !== undefined) {
    const report = await probeBroker({ ...mqtt, url: mqtt.url, payloadLimit: limits.payload });
    return checkBroker(report, { base, instanceId, runs }, Date.now());
  }
  const { host, port } = mqtt.listen ?? { host: "127.0.0.1", port: 1883 };
  const here = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const taken = await isTaken(here, port);
  if (runs)
    return [
      taken
        ? ok("own-broker", `the bridge's own broker answers on ${host}:${port}`)
        : problem(
            "own-broker",
            `nobody answers on ${host}:${port}, where the bridge's own broker should`,
            `journalctl -u ${unit} -e tells why.`,
          ),
    ];
  return [
    taken
      ? problem(
          "own-broker",
          `${host}:${port} is taken by another program: the bridge's own broker cannot listen there`,
          "To use that broker instead (mosquitto?), in the configuration, below mqtt: write",
          `url: mqtt://${here}:${port}`,
          "Else choose another mqtt.listen.port, or stop it: sudo ss -tlnp shows who it is.",
        )
      : ok("own-broker", `no mqtt.url: the bridge's own broker can listen on ${host}:${port}`),
  ];
};
