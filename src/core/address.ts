/** A device's address: 4 bits area, 4 bits line, 8 bits device. KNX 03.03.03 Network Layer; `layers.md` A.1. */
export type IndividualAddress = number & { readonly brand: "IndividualAddress" };
/** A group address, 16 bits; 0 is the broadcast address and never an object. */
export type GroupAddress = number & { readonly brand: "GroupAddress" };
/** How an installation writes its group addresses: `1/2/3`, `1/515` or `2563`. */
export type GroupStyle = "3-level" | "2-level" | "free";

const checked = (value: number): number => {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff)
    throw new RangeError(`not a 16-bit address: ${value}`);
  return value;
};

/** @throws RangeError when the number does not fit 16 bits: a bug of the caller, text goes through `parse…` */
export const IndividualAddress = (value: number): IndividualAddress =>
  checked(value) as IndividualAddress;
/** @throws RangeError when the number does not fit 16 bits: a bug of the caller, text goes through `parse…` */
export const GroupAddress = (value: number): GroupAddress => checked(value) as GroupAddress;

/** DA 0000 with address type 1: to every device. */
export const BROADCAST = GroupAddress(0);

/** `1.1.5` → address; undefined when a part is missing, no number or out of range (15.15.255). */
export const parseIndividualAddress = (text: string): IndividualAddress | undefined => {
  const [area, line, device] = parts(text, ".", [15, 15, 255]) ?? [];
  if (area === undefined || line === undefined || device === undefined) return undefined;
  return IndividualAddress((area << 12) | (line << 8) | device);
};

/** Address → `1.1.5`. */
export const formatIndividualAddress = (address: IndividualAddress): string =>
  `${address >> 12}.${(address >> 8) & 0x0f}.${address & 0xff}`;

/** `1/2/3`, `1/515` or `2563`, in any of the three styles; undefined when it is none of them. */
export const parseGroupAddress = (text: string): GroupAddress | undefined => {
  const [main, middle, sub] = parts(text, "/", [31, 7, 255]) ?? [];
  if (main !== undefined && middle !== undefined && sub !== undefined)
    return GroupAddress((main << 11) | (middle << 8) | sub);
  const [group, rest] = parts(text, "/", [31, 2047]) ?? [];
  if (group !== undefined && rest !== undefined) return GroupAddress((group << 11) | rest);
  const [free] = parts(text, "/", [0xffff]) ?? [];
  return free === undefined ? undefined : GroupAddress(free);
};

/** Address → text in the style of the installation. */
export const formatGroupAddress = (
  address: GroupAddress,
  style: GroupStyle = "3-level",
): string => {
  switch (style) {
    case "3-level":
      return `${address >> 11}/${(address >> 8) & 0x07}/${address & 0xff}`;
    case "2-level":
      return `${address >> 11}/${address & 0x07ff}`;
    case "free":
      return `${address}`;
  }
};

const parts = (
  text: string,
  separator: string,
  limits: readonly number[],
): readonly number[] | undefined => {
  const words = text.split(separator);
  if (words.length !== limits.length) return undefined;
  const numbers = words.map((word) => (/^\d{1,5}$/.test(word) ? Number(word) : -1));
  return numbers.every((number, index) => number >= 0 && number <= (limits[index] ?? 0))
    ? numbers
    : undefined;
};
