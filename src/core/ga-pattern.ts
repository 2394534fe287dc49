import { formatGroupAddress, type GroupAddress } from "./address.ts";

/** `4/0/*` fits three levels, `4/*` two, and a star alone everything. */
export const matchesPattern = (pattern: string, address: GroupAddress): boolean => {
  const wanted = pattern.split("/");
  const style = STYLES[wanted.length - 1] ?? "3-level";
  const parts = formatGroupAddress(address, style).split("/");
  return wanted.every((part, index) => part === "*" || Number(part) === Number(parts[index]));
};

const STYLES = ["free", "2-level", "3-level"] as const;

/** Whether a text is such a pattern; an address is one, too. */
export const isPattern = (text: string): boolean => PATTERN.test(text);

const PATTERN = /^(\*|\d{1,5})(\/(\*|\d{1,4})){0,2}$/;
