/** Why a serial port cannot be used, and what to do about it: one line each, for people. */
export const SERIAL_FAULTS = {
  absent:
    "serial port not there: plug it in, or switch the UART on with `sudo raspi-config` (Interface Options, Serial Port: login shell no, hardware yes)",
  denied:
    "no permission for the serial port: `sudo usermod -aG dialout $USER`, then log in again (a service needs SupplementaryGroups=dialout)",
  busy: "serial port in use by another program: stop it; if it is the login console, switch that off with `sudo raspi-config` (Interface Options, Serial Port: login shell no)",
  "not-a-port": "this path is no serial port: check `knx.port` in the configuration",
  unreachable:
    "nobody answers at the address of the serial port: check host, port and ser2net there",
  "unknown-host":
    "the host name of the serial port is not known: check `knx.port` and the name server",
  lost: "serial port lost: unplugged, or closed by the other end",
  other: "serial port cannot be opened",
} as const;

export type SerialFault = keyof typeof SERIAL_FAULTS;

/** The bindings report most system errors as text only. */
export const serialFault = (error: unknown): SerialFault => {
  const text = describe(error);
  for (const [fault, pattern] of PATTERNS) if (pattern.test(text)) return fault;
  return "other";
};

/** True when the port refuses a parity bit (EINVAL), as a pseudo terminal may. */
export const refusesParity = (error: unknown): boolean =>
  /\bEINVAL\b|Invalid argument/i.test(describe(error));

/** Code and text of whatever was thrown. */
export const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return code === "" || error.message.includes(code) ? error.message : `${code} ${error.message}`;
};

const PATTERNS: readonly (readonly [SerialFault, RegExp])[] = [
  ["absent", /\bENOENT\b|\bENXIO\b|\bENODEV\b|No such (file|device)/i],
  ["denied", /\bEACCES\b|\bEPERM\b|Permission denied|not permitted/i],
  ["busy", /\bEBUSY\b|Cannot lock port|resource busy|temporarily unavailable/i],
  ["not-a-port", /\bENOTTY\b|\bEISDIR\b|Inappropriate ioctl|Is a directory/i],
  ["unknown-host", /\bENOTFOUND\b|\bEAI_AGAIN\b/],
  ["unreachable", /\bECONNREFUSED\b|\bE(HOST|NET)UNREACH\b|\bETIMEDOUT\b/],
  ["lost", /\bE(IO|BADF|PIPE|CONNRESET)\b|bad file descriptor|\blost\b/i],
];
