import type { Root } from "./root.ts";

export type AccountFacts = Readonly<{
  users: readonly Readonly<{ name: string; uid: number; gid: number }>[];
  groups: readonly Readonly<{ name: string; gid: number; members: readonly string[] }>[];
}>;

/** Who runs this program. */
export type Self = Readonly<{
  uid: number;
  /** Main group and all others. */
  gids: readonly number[];
  /** `20.19.5` */
  node: string;
}>;

export const readAccounts = (root: Root): AccountFacts => ({
  users: rows(root.read("/etc/passwd")).map(([name = "", , uid, gid]) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
  })),
  groups: rows(root.read("/etc/group")).map(([name = "", , gid, members = ""]) => ({
    name,
    gid: Number(gid),
    members: members.split(",").filter((member) => member !== ""),
  })),
});

const rows = (text: string | null): readonly (readonly string[])[] =>
  (text ?? "")
    .split("\n")
    .filter((line) => line.includes(":"))
    .map((line) => line.split(":"));

export const groupName = ({ groups }: AccountFacts, gid: number): string =>
  groups.find((group) => group.gid === gid)?.name ?? String(gid);

export const userName = ({ users }: AccountFacts, uid: number): string =>
  users.find((user) => user.uid === uid)?.name ?? String(uid);
