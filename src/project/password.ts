import { pbkdf2Sync } from "node:crypto";
import type { Passwords } from "./archive.ts";

/**
 * The password of a project → those its archive may have been packed with. ETS 4 and 5 use traditional encryption and the
 * password itself, as UTF-8 or, for letters beyond ASCII, perhaps as Latin-1; ETS 6 uses AES with a key derived from it.
 */
export const passwordsOf =
  (password: string): Passwords =>
  ({ aes }) => {
    const plain = new Uint8Array(Buffer.from(password, "utf8"));
    if (aes) return [ets6Password(password), plain];
    const latin1 = new Uint8Array(Buffer.from(password, "latin1"));
    return /^\p{ASCII}*$/u.test(password) ? [plain] : [plain, latin1];
  };

/**
 * PBKDF2 with HMAC-SHA-256 over the password in UTF-16, base64 of the 32 octets. Published by the xknx project, whose
 * importer has used it since ETS 6.0.
 */
export const ets6Password = (password: string): Uint8Array => {
  const key = pbkdf2Sync(Buffer.from(password, "utf16le"), SALT, ROUNDS, 32, "sha256");
  return new Uint8Array(Buffer.from(key.toString("base64"), "ascii"));
};

const SALT = "21.project.ets.knx.org";
const ROUNDS = 65_536;
