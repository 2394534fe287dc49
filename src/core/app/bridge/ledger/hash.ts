/**
 * A text → a number of 53 bits that another text has by chance only. Two multiplicative hashes of 32 bits, each disturbed by the
 * other at the end.
 */
export const hashOf = (text: string): number => {
  let a = 0x9e37_79b9;
  let b = 0x85eb_ca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x0100_0193);
    b = Math.imul(b ^ unit, 0x5bd1_e995);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (b >>> 15), 0x2c1b_3c6d);
  b = Math.imul(b ^ (a >>> 13), 0x297a_2d39);
  return (b >>> 11) * 2 ** 32 + (a >>> 0);
};
