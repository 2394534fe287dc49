import { formatFinding, type Finding as Remark } from "../../config/finding.ts";
import type { Loaded } from "../../config/load.ts";
import { type Finding, speaker } from "../finding.ts";
import type { Instance } from "../instance.ts";

const { ok, note, warning, problem, skipped } = speaker("knxpi");

/** @param loaded null: there is no such file */
export const checkConfiguration = (
  path: string,
  named: boolean,
  loaded: Loaded | null,
  { doctor }: Instance,
): readonly Finding[] => {
  if (loaded === null)
    return named
      ? [
          problem(
            "configuration",
            `${path} is not there`,
            "Write it, or name another one with --config.",
          ),
        ]
      : [
          note(
            "configuration",
            `there is no ${path}; looked at is what holds without: 19200 Bd, even parity, the first serial port`,
            "Write one (README, “On a Raspberry Pi”), or name it with --config.",
          ),
        ];
  const errors = loaded.ok ? [] : loaded.errors;
  const closed = errors.filter(isDenied);
  if (closed.length > 0)
    return [
      skipped("configuration", `${shown(path, closed[0])}: not for this user`, `sudo ${doctor}`),
    ];
  const [first] = errors;
  if (first !== undefined)
    return [
      problem(
        "configuration",
        `${count(errors.length, "error")}: ${formatFinding(path, first)}`,
        `knxpi check ${path}`,
      ),
    ];
  const [remark] = loaded.warnings;
  return remark === undefined
    ? [ok("configuration", `${path} has no errors`)]
    : [
        warning(
          "configuration",
          `${count(loaded.warnings.length, "warning")}: ${formatFinding(path, remark)}`,
          `knxpi check ${path}`,
        ),
      ];
};

/** A secret that this user may not read is no fault of the file. */
const isDenied = ({ message }: Remark): boolean => /\bEACCES\b|\bEPERM\b/.test(message);

const shown = (path: string, remark: Remark | undefined): string =>
  remark === undefined || remark.path === "" ? path : `${path}, ${remark.path}`;

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;
