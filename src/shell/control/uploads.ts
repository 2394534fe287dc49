import { JSONRPCErrorCode, JSONRPCErrorException } from "json-rpc-2.0";
import { controlError } from "./error.ts";

/*
 * A parameter that is longer than a line. A client sends its JSON text in parts, each answered before it need send the next,
 * and then says "uploaded" where the parameter belongs.
 */

export type Uploads = Readonly<{
  /** Of one more client. */
  join(): Upload;
}>;

export type Upload = Readonly<{
  /** @returns characters so far; throws a JSONRPCErrorException when there is no room */
  append(part: string, first: boolean): number;
  /** Puts what was uploaded where it belongs, and forgets it. Throws a JSONRPCErrorException when it is not there or not JSON. */
  fillIn(params: unknown): unknown;
  forget(): void;
}>;

export const createUploads = (): Uploads => {
  let held = 0;
  const join = (): Upload => {
    let parts: string[] = [];
    let length = 0;
    const forget = (): void => {
      held -= length;
      [parts, length] = [[], 0];
    };
    return {
      append(part, first) {
        if (first) forget();
        if (length + part.length > OF_ONE)
          throw invalid(`part: an upload has up to ${OF_ONE} characters, and this is one more`);
        if (held + part.length > OF_ALL)
          throw controlError("busy", "others are uploading, and there is no more room; try again");
        parts.push(part);
        length += part.length;
        held += part.length;
        return length;
      },
      fillIn(params) {
        if (typeof params !== "object" || params === null || Array.isArray(params)) return params;
        const name = Object.entries(params).find(([, value]) => value === UPLOADED)?.[0];
        if (name === undefined) return params;
        if (length === 0) throw invalid(`${name}: nothing was uploaded`);
        const text = parts.join("");
        forget();
        return { ...params, [name]: parsed(name, text) };
      },
      forget,
    };
  };
  return { join };
};

const parsed = (name: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(
      `${name}: what was uploaded is not JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
};

const invalid = (message: string): Error =>
  new JSONRPCErrorException(message, JSONRPCErrorCode.InvalidParams);

export const UPLOADED = "uploaded";
/** Characters: an application of 1 MB in hex and the tables of 65,535 addresses. */
const OF_ONE = 4 * 1024 * 1024;
/** For a machine of 1 GB. */
const OF_ALL = 2 * OF_ONE;
