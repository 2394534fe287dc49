import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Knows names and passwords. Of a password only a keyed hash stays, and every question takes the same time. */
export const openLogin = <User extends Readonly<{ name: string; password: string }>>(
  users: readonly User[],
): ((name: string | undefined, password: Uint8Array | undefined) => User | undefined) => {
  const key = randomBytes(HASH_OCTETS);
  const hash = (password: string | Uint8Array): Buffer =>
    createHmac("sha256", key).update(password).digest();
  const known = users.map((user) => ({
    user,
    name: hash(user.name),
    password: hash(user.password),
  }));
  return (name, password) => {
    const asked = { name: hash(name ?? ""), password: hash(password ?? "") };
    let found: User | undefined;
    // All of them, so that a name that exists takes no longer than one that does not.
    for (const one of known) {
      const sameName = timingSafeEqual(one.name, asked.name);
      const samePassword = timingSafeEqual(one.password, asked.password);
      if (sameName && samePassword && password !== undefined) found = one.user;
    }
    return found;
  };
};

/** Name and password that nobody else knows, for as long as the process lives. */
export const inventLogin = (): Readonly<{ username: string; password: string }> => ({
  username: "bridge",
  password: randomBytes(HASH_OCTETS).toString("base64"),
});

const HASH_OCTETS = 32;
