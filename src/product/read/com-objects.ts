import { all, at, byTarget, type Node, numberOf, optional, refuse, short, textOf } from "./tree.ts";

/** A group object of a program. */
export type ComObject = Readonly<{
  id: string;
  /** ASAP, from 1. */
  number: number;
  /** `heating`, for programs; and what people see. */
  name: string;
  text: string;
  /** What it can be, one of them at a time; the first one where nothing says which. */
  forms: readonly Form[];
}>;

/** `bits`: of its value. `flags`: letters of C R W T U I. */
export type Form = Readonly<{
  id: string;
  text: string;
  bits: number;
  flags: string;
  priority: "low" | "normal" | "urgent";
}>;

/** @param program its `Static` part */
export const comObjectsOf = (program: Node): readonly ComObject[] => {
  const refs = byTarget(all(at(program, "ComObjectRefs"), "ComObjectRef"));
  const taken = new Set<number>();
  return all(at(program, "ComObjectTable"), "ComObject").map((node) => {
    const id = textOf(node, "Id");
    const number = numberOf(node, "Number", { min: 1, max: 65_535 });
    if (taken.has(number)) refuse(node, `there are two objects with number ${number}`);
    taken.add(number);
    const own = refs.get(id) ?? [];
    return {
      ...{ id, number, name: textOf(node, "Name"), text: optional(node, "Text") ?? "" },
      forms: own.map((ref) => formOf(node, ref)),
    };
  });
};

/** What a reference does not say is as its object says. */
const formOf = (object: Node, ref: Node): Form => {
  const of = (key: string): string | undefined => optional(ref, key) ?? optional(object, key);
  const size = of("ObjectSize") ?? refuse(object, "ObjectSize is missing");
  const priority = PRIORITIES[of("Priority") ?? "Low"];
  return {
    id: textOf(ref, "Id"),
    text: of("Text") ?? "",
    bits: bitsOf(size) ?? refuse(object, `ObjectSize ${short(size)} is not understood`),
    flags: Object.keys(FLAGS)
      .filter((letter) => of(FLAGS[letter] ?? "") === "Enabled")
      .join(""),
    priority: priority ?? refuse(object, `Priority ${short(of("Priority") ?? "")} is none`),
  };
};

/** `4 Bit`, `1 Byte`, `14 Bytes` */
const bitsOf = (size: string): number | undefined => {
  const [, count = "", unit] = /^(\d{1,3}) (Bit|Byte)s?$/.exec(size) ?? [];
  const number = Number(count);
  if (unit === "Bit") return number >= 1 && number <= 7 ? number : undefined;
  const good = (number >= 1 && number <= 248) || number === 252;
  return unit === "Byte" && good ? 8 * number : undefined;
};

const FLAGS: Readonly<Record<string, string>> = {
  C: "CommunicationFlag",
  R: "ReadFlag",
  W: "WriteFlag",
  T: "TransmitFlag",
  U: "UpdateFlag",
  I: "ReadOnInitFlag",
};

/** The words of ETS for what the standard calls low, normal and urgent. */
const PRIORITIES: Readonly<Record<string, Form["priority"]>> = {
  Low: "low",
  High: "normal",
  Alert: "urgent",
  Alarm: "urgent",
};
