import { describe, expect, test } from "vitest";
import { MANIFEST } from "../../src/install/files.ts";
import {
  hashOf,
  type Manifest,
  type Present,
  planInstall,
  planUninstall,
  type Situation,
  type Step,
} from "../../src/install/plan.ts";
import { outOfReach, wantedFiles } from "../../src/install/wanted.ts";

const SOURCES: Readonly<Record<string, string>> = {
  "knxpi.service": "[Service]\nExecStart=/usr/bin/knxpi run --config /etc/knxpi/house.yaml\n",
};
const wanted = wantedFiles(
  (source) => SOURCES[source] ?? `# ${source}\n`,
  ["/opt/node/bin/node", "/opt/knxpi/dist/main.js"],
);
const UNIT = "/etc/systemd/system/knxpi.service";
const HOUSE = "/etc/knxpi/house.yaml";
const RULES = "/etc/udev/rules.d/99-knxpi.rules";

/** Of a finished installation. */
const manifest: Manifest = {
  version: "1.0.0",
  complete: true,
  files: wanted
    .filter(({ kind }) => kind !== "configuration")
    .map(({ path, text }) => ({ path, sha256: hashOf(text) })),
};
const installed: ReadonlyMap<string, Present> = new Map(
  [...wanted, { path: MANIFEST, text: "{}", mode: 0o644 }].map(({ path, text, mode }) => [
    path,
    { text, mode },
  ]),
);
const machine = (
  files: Readonly<Record<string, string | null>>,
  rest: Partial<Situation> = {},
): Situation => ({
  version: "1.0.1",
  wanted,
  manifest,
  ...rest,
  present: new Map([
    ...(rest.present ?? installed),
    ...Object.entries(files).map(([path, text]) => [path, { text, mode: 0o644 }] as const),
  ]),
});
const EMPTY: Situation = { version: "1.0.1", wanted, manifest: null, present: new Map() };

const words = (step: Step): string => {
  switch (step.do) {
    case "write":
      return `write ${step.file.path}${step.formerTo === undefined ? "" : `, the former to ${step.formerTo}`}`;
    case "remove":
      return `remove ${step.path}`;
    case "run":
      return step.words.join(" ");
    case "remember":
      return step.manifest.complete ? "remember" : "remember, unfinished";
    case "forget":
      return "forget";
  }
};
const stateOf = (situation: Situation, path: string, replace = false) =>
  planInstall(situation, replace).files.find((file) => file.path === path)?.state;

describe("installing", () => {
  test("on an empty machine: accounts before the configuration, units before they are read", () => {
    expect(planInstall(EMPTY).steps.map(words)).toEqual([
      "remember, unfinished",
      "write /etc/sysusers.d/knxpi.conf",
      "write /etc/tmpfiles.d/knxpi.conf",
      "write /etc/udev/rules.d/99-knxpi.rules",
      "systemd-sysusers knxpi.conf",
      "systemd-tmpfiles --create knxpi.conf",
      "write /etc/knxpi/house.yaml",
      "write /etc/systemd/system/knxpi.slice",
      "write /etc/systemd/system/knxpi.service",
      "write /etc/systemd/system/knxpi@.service",
      "udevadm control --reload",
      "udevadm trigger --subsystem-match=tty --subsystem-match=usb-serial --subsystem-match=gpio",
      "systemctl daemon-reload",
      "systemctl enable knxpi.service",
      "remember",
    ]);
  });

  test("into an image nothing is told to what runs here", () => {
    const { steps } = planInstall({ ...EMPTY, root: "/mnt/pi" });
    expect(steps.filter((step) => step.do === "run").map(words)).toEqual([
      "systemd-sysusers --root=/mnt/pi knxpi.conf",
      "systemd-tmpfiles --root=/mnt/pi --create knxpi.conf",
      "systemctl --root=/mnt/pi enable knxpi.service",
    ]);
  });

  test("a second time there is nothing to do", () => {
    expect(planInstall(machine({})).steps).toEqual([]);
  });

  test("one that was not finished is finished, though every file is there", () => {
    const half = machine({}, { manifest: { ...manifest, complete: false } });
    const { files, steps } = planInstall(half);
    expect(files.filter(({ state }) => state !== "unchanged" && state !== "yours")).toEqual([
      { path: MANIFEST, state: "update" },
    ]);
    expect(steps.map(words)).toContain("systemctl enable knxpi.service");
  });

  const old = { files: [{ path: UNIT, sha256: hashOf("old\n") }], version: "1", complete: true };
  // biome-ignore format: read by column
  const ROWS: readonly (readonly [is: string, situation: Situation, path: string, replace: boolean, state: string])[] = [
    ["not there",                                    EMPTY,                                         UNIT,  false, "new"],
    ["as it is to be",                               machine({}),                                   UNIT,  false, "unchanged"],
    ["as it is to be, but closed to others",         machine({}, { present: new Map([[UNIT, { text: wanted.find(({ path }) => path === UNIT)?.text ?? "", mode: 0o600 }]]) }), UNIT, false, "update"],
    ["as an earlier version left it",                machine({ [UNIT]: "old\n" }, { manifest: old }), UNIT, false, "update"],
    ["changed by somebody",                          machine({ [UNIT]: "mine\n" }),                 UNIT,  false, "changed"],
    ["changed by somebody, to be replaced",          machine({ [UNIT]: "mine\n" }),                 UNIT,  true,  "replace"],
    ["there before the first installation",          machine({ [RULES]: "x\n" }, { manifest: null }), RULES, false, "changed"],
    ["a link to nowhere: masked",                    machine({ [UNIT]: null }),                     UNIT,  false, "changed"],
    ["a configuration",                              machine({ [HOUSE]: "version: 1\n" }),          HOUSE, false, "yours"],
    ["a configuration, even when all is replaced",   machine({ [HOUSE]: "version: 1\n" }),          HOUSE, true,  "yours"],
    ["of a version that had more files",             machine({ "/etc/systemd/system/knxpi-old.timer": "old\n" }, { manifest: { ...manifest, files: [...manifest.files, { path: "/etc/systemd/system/knxpi-old.timer", sha256: hashOf("old\n") }] } }), "/etc/systemd/system/knxpi-old.timer", false, "gone"],
  ];
  test.each(ROWS)("a file that is %s", (_, situation, path, replace, state) => {
    expect(stateOf(situation, path, replace)).toBe(state);
  });

  test("what is yours is never written", () => {
    const { steps } = planInstall(machine({ [HOUSE]: "mine\n", [UNIT]: "mine\n" }), true);
    expect(steps.map(words)).toContain(`write ${UNIT}, the former to ${UNIT}.bak`);
    expect(steps.map(words).filter((step) => step.includes(HOUSE))).toEqual([]);
  });

  test("an update does not enable what somebody has disabled", () => {
    const { steps } = planInstall(
      machine({ [UNIT]: "old\n" }, { manifest: { ...old, files: old.files } }),
    );
    expect(steps.map(words)).toContain("systemctl daemon-reload");
    expect(steps.map(words)).not.toContain("systemctl enable knxpi.service");
  });

  test("the unit starts the program where it is", () => {
    expect(wanted.find(({ path }) => path === UNIT)?.text).toContain(
      "ExecStart=/opt/node/bin/node /opt/knxpi/dist/main.js run --config",
    );
  });

  test("systemd would take these characters for something else", () => {
    const odd = wantedFiles((source) => SOURCES[source] ?? "", ['/opt/100 % "k$x"/main.js']);
    expect(odd.find(({ path }) => path === UNIT)?.text).toContain(
      String.raw`ExecStart="/opt/100 %% \"k$$x\"/main.js" run`,
    );
  });
});

describe("uninstalling", () => {
  test("all of it, but what belongs to the user", () => {
    expect(planUninstall(machine({})).steps.map(words)).toEqual([
      "systemctl disable --now knxpi.service",
      "systemctl stop knxpi@*.service",
      "remove /etc/sysusers.d/knxpi.conf",
      "remove /etc/tmpfiles.d/knxpi.conf",
      "remove /etc/udev/rules.d/99-knxpi.rules",
      "remove /etc/systemd/system/knxpi.slice",
      "remove /etc/systemd/system/knxpi.service",
      "remove /etc/systemd/system/knxpi@.service",
      "udevadm control --reload",
      "udevadm trigger --subsystem-match=tty --subsystem-match=usb-serial --subsystem-match=gpio",
      "systemctl daemon-reload",
      "forget",
    ]);
  });

  test("purge: configuration and state as well", () => {
    const folders = ["/etc/knxpi", "/var/lib/knxpi", "/var/lib/knxpi-second"];
    const steps = planUninstall(machine({}), true, folders).steps.map(words);
    expect(folders.every((path) => steps.includes(`remove ${path}`))).toBe(true);
  });

  test("what somebody has changed stays, and is said", () => {
    const { files, steps } = planUninstall(machine({ [RULES]: "mine\n" }));
    expect(files).toContainEqual({ path: RULES, state: "changed" });
    expect(steps.map(words)).not.toContain(`remove ${RULES}`);
  });

  test("nothing was installed: nothing to do", () => {
    expect(planUninstall(EMPTY).steps).toEqual([]);
  });

  test("half an installation that nobody remembers is recognised by its files", () => {
    const half = { ...EMPTY, present: new Map([...installed].filter(([path]) => path === UNIT)) };
    expect(planUninstall(half).steps.map(words)).toContain(`remove ${UNIT}`);
  });

  test.each([
    ["/etc/passwd"],
    ["/etc/systemd/system/../../knxpi"],
    ["/etc/systemd/system/ssh.service"],
    ["/etc/knxpi/house.yaml"],
  ])("a manifest that says %s is not believed", (path) => {
    const files = [...manifest.files, { path, sha256: hashOf("x") }];
    const said = planUninstall(machine({ [path]: "x" }, { manifest: { ...manifest, files } }));
    expect(said.steps.map(words)).not.toContain(`remove ${path}`);
    const kept = [{ path, sha256: hashOf("x") }];
    const purged = planUninstall(
      machine({ [path]: "x" }, { manifest: { ...manifest, kept } }),
      true,
    );
    expect(purged.steps.map(words)).not.toContain(`remove ${path}`);
    const updated = planInstall(machine({ [path]: "x" }, { manifest: { ...manifest, files } }));
    expect(updated.steps.map(words)).not.toContain(`remove ${path}`);
  });
});

test.each([
  ["/home/pi/.nvm/versions/node/v20.19.0/bin/node", "/home"],
  ["/root/knxpi/dist/main.js", "/root"],
  ["/tmp/knxpi/dist/main.js", "/tmp"],
])("the service cannot see %s", (path, folder) => {
  expect(outOfReach(path)).toContain(`cannot see ${folder},`);
});

test.each([["/usr/bin/node"], ["/opt/home/knxpi/main.js"], ["/homes/knxpi"]])(
  "the service can see %s",
  (path) => {
    expect(outOfReach(path)).toBeUndefined();
  },
);
