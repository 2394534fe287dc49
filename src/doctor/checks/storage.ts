import type { Facts } from "../facts/facts.ts";
import type { Card } from "../facts/storage.ts";
import { type Finding, speaker } from "../finding.ts";

const { ok, note, warning, problem } = speaker("storage");

/** Room, errors, and what the card says of its life. */
export const checkStorage = ({ storage }: Facts): readonly Finding[] => [
  ...rootOf(storage),
  ...room(storage),
  ...storage.ext4.flatMap(({ device, errors }) =>
    errors === 0
      ? []
      : [
          problem(
            "file-system",
            `the file system on ${device} has found ${errors} ${errors === 1 ? "error" : "errors"} in itself`,
            "Make a backup now: knxpi backup create. Then have it checked: put  fsck.mode=force  into cmdline.txt, in its one line, for one start.",
            "If it comes back, replace the card.",
          ),
        ],
  ),
  ...storage.cards.map(cardOf),
  ...swapOf(storage),
];

const rootOf = ({ rootMount }: Facts["storage"]): readonly Finding[] => {
  if (rootMount === null) return [];
  const { type, readOnly, device } = rootMount;
  if (type === "overlay")
    return [
      note(
        "root",
        "the system is on an overlay: whatever is written is gone after a restart",
        "Keep --state and the configuration on a partition of their own, or switch the overlay off (raspi-config, Performance).",
      ),
    ];
  return readOnly
    ? [
        problem(
          "root",
          `${device} is mounted read-only: after errors on the card the kernel does that`,
          "dmesg | grep -iE 'mmc|ext4|I/O error' tells why. Make a backup, then sudo reboot; if it comes back, replace the card.",
        ),
      ]
    : [];
};

const room = ({ rootSpace }: Facts["storage"]): readonly Finding[] => {
  if (rootSpace === null) return [];
  const { freeMb, totalMb, freeInodes } = rootSpace;
  if (freeInodes !== null && freeInodes < FEW_INODES)
    return [
      problem(
        "room",
        `no more files can be made on / (${freeInodes} left)`,
        "Look for a folder with very many small files: sudo du --inodes -xS / | sort -n | tail",
      ),
    ];
  const shown = `${freeMb} MB of ${totalMb} MB are free on /`;
  if (freeMb < NO_ROOM_MB)
    return [
      problem(
        "room",
        shown,
        "sudo apt clean; sudo journalctl --vacuum-size=50M; sudo du -xh / | sort -h | tail",
      ),
    ];
  return freeMb < LITTLE_ROOM_MB
    ? [
        warning(
          "room",
          shown,
          "sudo apt clean; sudo journalctl --vacuum-size=50M; sudo du -xh / | sort -h | tail",
        ),
      ]
    : [ok("room", shown)];
};

const cardOf = ({ device, type, name, made, lifeTime, preEol }: Card): Finding => {
  const shown = [
    type === "SD" ? "SD card" : type === "MMC" ? "eMMC" : "card",
    name ?? device,
    made && `made ${made}`,
  ]
    .filter((part) => part)
    .join(" ");
  const worn = Math.max(
    0,
    ...(lifeTime ?? "").split(/\s+/).map((part) => Number.parseInt(part, 16) || 0),
  );
  if (preEol === 3 || worn >= 11)
    return problem(
      "card",
      `${shown} is at the end of its life`,
      "Make a backup now (knxpi backup create), and replace it.",
    );
  if (preEol === 2 || worn >= 9)
    return warning(
      "card",
      `${shown} has used ${Math.min(worn, 10) * 10} % of its life`,
      "Make a backup, and have a new one ready.",
    );
  return worn > 0
    ? ok("card", `${shown} has used at most ${worn * 10} % of its life`)
    : ok("card", `${shown}, which tells nothing about its life`);
};

const swapOf = ({ swaps, rootMount }: Facts["storage"]): readonly Finding[] => {
  const onCard = swaps.filter((name) => !/zram/.test(name));
  return onCard.length === 0 || !/mmcblk/.test(rootMount?.device ?? "")
    ? []
    : [
        note(
          "swap",
          `memory is moved to the card (${onCard.join(", ")}), which wears it`,
          "With enough memory: sudo systemctl disable --now dphys-swapfile",
        ),
      ];
};

const FEW_INODES = 1_000;
const NO_ROOM_MB = 100;
const LITTLE_ROOM_MB = 500;
