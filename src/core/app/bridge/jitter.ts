/**
 * A number from −1 to 1 that looks random and is always the same for the same key and count, so that what is planned for many
 * things at once does not happen at once.
 * @param count another one gives another number
 */
export const jitter = (key: number, count: number): number => {
  // The finalizer of MurmurHash3, which lets every bit of the input change about half of the output.
  let hash = Math.imul(key, 0x9e37_79b1) ^ Math.trunc(count);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x7fff_ffff - 1;
};
