/** Return codes of property, function and memory services; `layers.md` D.4. */
export const RETURN = {
  success: 0x00,
  commandInvalid: 0xf2,
  tooLong: 0xf4,
  tooLarge: 0xf7,
  notNow: 0xf9,
  readOnly: 0xfb,
  accessDenied: 0xfc,
  addressVoid: 0xfd,
  typeConflict: 0xfe,
} as const;
