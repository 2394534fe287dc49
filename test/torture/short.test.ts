import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCampaign } from "./campaign.ts";
import { GROUPS } from "./incident.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-torture-"));
afterAll(() => rmSync(folder, { recursive: true }));

const torture = (hours: number) =>
  runCampaign({ seed: 7, hours, groups: GROUPS, folder, keeps: false, progress: () => undefined });

test("hours of simulated time with faults of every kind: everything is accounted for, and replays", async () => {
  const result = await torture(2);
  expect(result.findings).toEqual([]);
  const { frames, commands, replayed, lives } = result;
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((a, b) => a + b, 0);
  expect(frames.received + sum(frames.dropped) + sum(frames.unheard)).toBe(frames.frames);
  // It was no quiet time: each of these sums is worth something.
  expect(Object.keys(result.incidents).length).toBeGreaterThan(10);
  expect(frames.received).toBeGreaterThan(1_000);
  expect(commands.answered).toBeGreaterThan(100);
  expect(lives.lives).toBeGreaterThan(1);
  expect(replayed).toEqual({ lives: lives.lives, impulses: result.impulses });
}, 120_000);
