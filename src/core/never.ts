/**
 * The default branch of every `switch` on a union: unreachable, and a compile error as soon as a variant is added
 * that the `switch` does not handle. Throwing here is a bug in the core, never bad input.
 */
export const never = (value: never): never => {
  throw new Error(`unhandled variant: ${JSON.stringify(value)}`);
};
