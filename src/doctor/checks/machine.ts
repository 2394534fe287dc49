import type { Facts } from "../facts/facts.ts";
import { type Finding, speaker } from "../finding.ts";

const { ok, note, warning, problem } = speaker("machine");

/** Which machine, which system, which Node. */
export const checkMachine = ({ machine, self }: Facts): readonly Finding[] => [
  modelOf(machine),
  systemOf(machine),
  ...(self === null ? [] : [nodeOf(self.node)]),
];

const modelOf = ({ model, pi, memoryMb }: Facts["machine"]): Finding => {
  const memory = memoryMb === null ? "" : `, ${memoryMb} MB`;
  if (pi !== null) return ok("model", `${model ?? `Raspberry Pi ${pi.name}`}${memory}`);
  return note(
    "model",
    `${model === null ? "an unknown model, taken for" : `${model} is`} no Raspberry Pi${memory}`,
    "Nothing to do with a USB adapter, or with a port of another machine (tcp://host:port); pins are not looked at.",
  );
};

const systemOf = ({
  system,
  systemId,
  systemVersion,
  kernel,
  kernelBits,
  userlandBits,
}: Facts["machine"]): Finding => {
  const bits =
    kernelBits === null || userlandBits === null || kernelBits === userlandBits
      ? `${userlandBits ?? kernelBits ?? "?"} bit`
      : `kernel ${kernelBits} bit, programs ${userlandBits} bit`;
  const what = `${system ?? "an unknown system"}, ${bits}, kernel ${kernel ?? "unknown"}`;
  if (system === null)
    return note("system", what, "Whether it gets updates is not known: it has no /etc/os-release.");
  const oldest = OLDEST[systemId ?? ""];
  return oldest !== undefined && systemVersion !== null && systemVersion < oldest
    ? warning(
        "system",
        what,
        `It gets no more updates. Write an image of Raspberry Pi OS of today on another card, and take the configuration along.`,
      )
    : ok("system", what);
};

const nodeOf = (version: string): Finding => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST_NODE || (major === OLDEST_NODE && minor >= OLDEST_NODE_MINOR)
    ? ok("node", `Node ${version}`)
    : problem(
        "node",
        `Node ${version}; knxpi needs ${OLDEST_NODE}.${OLDEST_NODE_MINOR} or later`,
        "Install Node 20 or later, or the package of knxpi, which brings its own.",
      );
};

/** The oldest that gets updates, by ID in `/etc/os-release`. */
const OLDEST: Readonly<Record<string, number>> = { debian: 12, raspbian: 12, ubuntu: 22 };
const OLDEST_NODE = 20;
const OLDEST_NODE_MINOR = 19;
