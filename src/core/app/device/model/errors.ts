/** PID_ERROR_CODE, DPT 20.011: those that occur here. `device-model.md` §3.5. */
export const ERROR = {
  none: 0,
  general: 1,
  crc: 9,
  invalidOpcode: 11,
  tableLength: 13,
  addressesNotSorted: 15,
  invalidTsap: 16,
  invalidAsap: 17,
  valueTooLong: 18,
} as const;
