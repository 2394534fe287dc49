import { setImmediate } from "node:timers/promises";

/** Work that takes long, cut so that octets of the port never wait for it. */
export type Slices = Readonly<{
  /** It has gone on for long enough. */
  isOver(): boolean;
  /** Whatever the port has brought is taken now. */
  rest(): Promise<void>;
}>;

export const createSlices = (): Slices => {
  let since = performance.now();
  return {
    isOver: () => performance.now() - since >= SLICE_MS,
    async rest() {
      await setImmediate();
      since = performance.now();
    },
  };
};

/** Far less than an acknowledge can wait for: `firmware-notes/acknowledge-path.md`. */
const SLICE_MS = 0.3;
