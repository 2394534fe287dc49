import * as z from "zod";
import { nearest } from "./nearest.ts";

/**
 * A mapping whose keys are all known. What it says about others: one line for each, with the key most likely meant.
 * @param missing what it says when it is not there at all
 */
export const section = <Shape extends z.ZodRawShape>(shape: Shape, missing?: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => nearest(key, Object.keys(shape)) ?? "").join("\n")
        : issue.input === undefined
          ? missing
          : undefined,
  });
