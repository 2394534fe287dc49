import { numberIn, type Root, type Space, word } from "./root.ts";

export type StorageFacts = Readonly<{
  /** How `/` is mounted. */
  rootMount: Readonly<{ device: string; type: string; readOnly: boolean }> | null;
  rootSpace: Space | null;
  /** Errors that an ext4 file system has found in itself since it was last checked. */
  ext4: readonly Readonly<{ device: string; errors: number }>[];
  cards: readonly Card[];
  /** Devices and files that memory is moved to. */
  swaps: readonly string[];
}>;

/** An SD card or an eMMC. */
export type Card = Readonly<{
  device: string;
  /** `SD`, `MMC` */
  type: string | null;
  name: string | null;
  /** `08/2021` */
  made: string | null;
  /** Of an eMMC, in tenths of its life: `0x02 0x01`. */
  lifeTime: string | null;
  /** Of an eMMC: 1 normal, 2 warning, 3 urgent. */
  preEol: number | null;
}>;

export const readStorage = (root: Root): StorageFacts => ({
  rootMount: rootMountOf(root.read("/proc/mounts") ?? ""),
  rootSpace: root.space("/"),
  ext4: root.list("/sys/fs/ext4").flatMap((device) => {
    const errors = numberIn(root, `/sys/fs/ext4/${device}/errors_count`);
    return errors === null ? [] : [{ device, errors }];
  }),
  cards: root
    .list("/sys/block")
    .filter((name) => /^mmcblk\d+$/.test(name))
    .map((device) => readCard(root, device)),
  swaps: (root.read("/proc/swaps") ?? "")
    .split("\n")
    .slice(1)
    .flatMap((line) => /^\S+/.exec(line)?.[0] ?? []),
});

const readCard = (root: Root, device: string): Card => {
  const folder = `/sys/block/${device}/device`;
  const preEol = word(root, `${folder}/pre_eol_info`);
  return {
    device,
    type: word(root, `${folder}/type`),
    name: word(root, `${folder}/name`),
    made: word(root, `${folder}/date`),
    lifeTime: word(root, `${folder}/life_time`),
    preEol: preEol === null ? null : Number.parseInt(preEol, 16),
  };
};

/** The last one holds: something can be mounted over it. */
const rootMountOf = (mounts: string): StorageFacts["rootMount"] => {
  const row = mounts
    .split("\n")
    .map((line) => line.split(" "))
    .findLast(([, place]) => place === "/");
  const [device = "", , type = "", options = ""] = row ?? [];
  return row === undefined ? null : { device, type, readOnly: options.split(",").includes("ro") };
};
