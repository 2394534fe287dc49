/** What Debian calls the processor, and where the serial port's binding for it lies. */
export const ARCHITECTURES = {
  amd64: "linux-x64",
  arm64: "linux-arm64",
  armhf: "linux-arm",
} as const;

export type Architecture = keyof typeof ARCHITECTURES;

export const isArchitecture = (text: string): text is Architecture =>
  Object.keys(ARCHITECTURES).includes(text);
