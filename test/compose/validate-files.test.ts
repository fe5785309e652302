import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { LazyTextCache } from "../../src/compose/text-cache.ts";
import { createValidator } from "../../src/compose/validate-paths.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { ValidateReport, ValidateRequest } from "../../src/usecases/app.ts";
import { LazySession } from "../../src/usecases/lazy-session.ts";
import { FixedClock } from "../support/domain-builders.ts";

const settings =
  "format: 1\nname: contoso # ours\nlocation: eastus\nversioning: { default: integer }\n";
const mangled = "name: taxi # the taxi\nversion: 010\npath: ./weights.bin\n";
const files = {
  "registry.yaml": settings,
  "models/taxi/model.yaml": mangled,
  "models/taxi/weights.bin": "weights",
} as const;
const until = "2027-03-31";
const accept = { until, reason: "as it was adopted" } as const;

async function folderWith(contents: Readonly<Record<string, string>> = files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-validate-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

function validate(
  folder: string,
  request: Partial<ValidateRequest> = {},
  today = "2026-11-21T12:00:00Z",
): Promise<ValidateReport> {
  const unused = (): Promise<never> => Promise.reject(new Error("No session is needed."));
  const validator = createValidator({
    options: { cwd: folder, env: process.env, log: silentLog },
    locate: unused,
    lazy: new LazySession(unused),
    texts: new LazyTextCache(join(folder, "no-data")),
    clock: new FixedClock(today),
  });
  return validator({ paths: ["."], ...request });
}

function rulesOf({ findings }: ValidateReport): readonly string[] {
  return findings.map(({ rule, severity, accepted }) =>
    accepted === undefined ? `${severity} ${rule}` : `accepted ${rule}`,
  );
}

const read = (folder: string, path: string): Promise<string> =>
  readFile(join(folder, path), "utf8");

describe("fix", () => {
  it("corrects the file, keeps the rest of it, and reports what is left", async () => {
    const folder = await folderWith({ ...files, "models/b/model.yaml": "name: b\npath: ./x\n" });
    const report = await validate(folder, { fix: { isDryRun: false } });

    expect(await read(folder, "models/taxi/model.yaml")).toBe(
      'name: taxi # the taxi\nversion: "010"\npath: ./weights.bin\n',
    );
    expect(report.fixes).toEqual([
      {
        rule: "version-mangled",
        path: "models/taxi/model.yaml",
        line: 2,
        outcome: "fixed",
        before: ["version: 010"],
        after: ['version: "010"'],
      },
    ]);
    expect(rulesOf(report)).toEqual(["error path-missing", "error version-scheme"]);
    expect((await validate(folder, { fix: { isDryRun: false } })).fixes).toEqual([]);
  });

  it("only says what it would do", async () => {
    const folder = await folderWith();
    const report = await validate(folder, { fix: { isDryRun: true } });

    expect(report.fixes).toMatchObject([{ outcome: "proposed", after: ['version: "010"'] }]);
    expect(rulesOf(report)).toEqual(["error version-mangled"]);
    expect(await read(folder, "models/taxi/model.yaml")).toBe(mangled);
  });

  it("makes two corrections in one file, with the line ends that it has", async () => {
    const marked = `\ufeff${mangled.replaceAll("\n", "\r\n")}`;
    const folder = await folderWith({ ...files, "models/taxi/model.yaml": marked });
    const { fixes } = await validate(folder, { fix: { isDryRun: false } });

    expect(fixes?.map(({ rule, outcome }) => `${outcome} ${rule}`)).toEqual([
      "fixed yaml-encoding",
      "fixed version-mangled",
    ]);
    expect(await read(folder, "models/taxi/model.yaml")).toBe(
      'name: taxi # the taxi\r\nversion: "010"\r\npath: ./weights.bin\r\n',
    );
  });

  it("leaves what is accepted, and what stands behind an alias", async () => {
    const folder = await folderWith({
      "registry.yaml": `${settings}accept: [{ rule: version-mangled, path: models/taxi/model.yaml, reason: x, until: "${until}" }]\n`,
      "models/taxi/model.yaml": mangled,
      "models/taxi/weights.bin": "weights",
      "models/b/model.yaml": "name: b\npath: ./x\ntags: { v: &v 010 }\nversion: *v\n",
      "models/b/x": "x",
    });
    const { fixes } = await validate(folder, { fix: { isDryRun: false } });

    const outcomes = new Set(fixes?.map(({ path, outcome }) => `${outcome} ${path}`));
    expect([...outcomes]).toEqual(["left models/b/model.yaml"]);
    expect(await read(folder, "models/taxi/model.yaml")).toBe(mangled);
  });

  it("corrects a single manifest, named as it was given", async () => {
    const folder = await folderWith();
    const report = await validate(folder, {
      paths: ["models/taxi/model.yaml"],
      fix: { isDryRun: false },
      withExcerpts: true,
    });

    expect(report.fixes?.map(({ path }) => path)).toEqual(["model.yaml"]);
    expect(await read(folder, "models/taxi/model.yaml")).toContain('version: "010"');
  });

  it("names the files of several paths by these paths", async () => {
    const folder = await folderWith();
    const { findings, excerpts } = await validate(folder, {
      paths: [".", "models/taxi", "models/taxi/model.yaml"],
      withExcerpts: true,
    });

    expect(findings.map(({ path }) => path)).toEqual([
      "models/taxi/model.yaml",
      "models/taxi/model.yaml",
      "models/taxi/model.yaml",
      "models/taxi/registry.yaml",
    ]);
    expect(excerpts?.map(({ path }) => path)).toContain("models/taxi/model.yaml");
  });

  it("refuses a commit: nothing of it can be changed", async () => {
    const folder = await folderWith();
    const git = (...args: readonly string[]): void => {
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder });
    };
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "-m", "start");
    git("clone", "--quiet", "--bare", ".", "bare.git");

    for (const request of [{ revision: "HEAD" }, { paths: ["bare.git"] }]) {
      await expect(
        validate(folder, { ...request, fix: { isDryRun: false } }),
      ).rejects.toMatchObject({ code: "WORK_TREE_NEEDED", kind: "invalid" });
    }
  });
});

describe("accept", () => {
  const flawed = {
    "registry.yaml": settings,
    "models/taxi/model.yaml": "name: taxi\npath: ./gone.bin\nversion: x\n",
    "models/b/model.yaml": "name: b\npath: ./b.bin\nversion: y\n",
    "models/b/b.bin": "b",
  } as const;

  it("writes what was found to registry.yaml, and the registry is clean until the day", async () => {
    const folder = await folderWith(flawed);
    const report = await validate(folder, { accept });

    expect(report.acceptance).toEqual({
      findings: 3,
      entries: 3,
      until,
      unpublished: ["models/taxi/model.yaml"],
    });
    expect(await read(folder, "registry.yaml")).toBe(`${settings}accept:
  - rule: version-scheme
    path: models/b/model.yaml
    count: 1
    reason: as it was adopted
    until: "2027-03-31"
  - rule: path-missing
    path: models/taxi/model.yaml
    count: 1
    reason: as it was adopted
    until: "2027-03-31"
  - rule: version-scheme
    path: models/taxi/model.yaml
    count: 1
    reason: as it was adopted
    until: "2027-03-31"
`);
    const accepted = [
      "accepted version-scheme",
      "accepted path-missing",
      "accepted version-scheme",
    ];
    expect(rulesOf(report)).toEqual(accepted);
    expect(rulesOf(await validate(folder, {}, "2027-03-31T23:59:59Z"))).toEqual(accepted);
    expect(rulesOf(await validate(folder, {}, "2027-04-01T00:00:00Z"))).toEqual([
      "error version-scheme",
      "error path-missing",
      "error version-scheme",
      "warning acceptance-expired",
      "warning acceptance-expired",
      "warning acceptance-expired",
    ]);
  });

  it("does nothing the second time", async () => {
    const folder = await folderWith(flawed);
    await validate(folder, { accept });
    const before = await read(folder, "registry.yaml");
    const { acceptance } = await validate(folder, { accept: { ...accept, until: "2028-01-01" } });

    expect(acceptance).toMatchObject({ findings: 0, entries: 0 });
    expect(await read(folder, "registry.yaml")).toBe(before);
  });

  it("brings entries up to date whose day is over or whose count is exceeded", async () => {
    const known = `accept:
  # the taxi team knows
  - { rule: path-missing, path: models/taxi/model.yaml, count: 1, reason: old, until: "2026-01-01" }
  - { rule: schema, paths: ["x/**"], reason: kept, until: "2028-01-01" } # not ours
`;
    const folder = await folderWith({ ...flawed, "registry.yaml": settings + known });
    const { acceptance, ...report } = await validate(folder, { accept });

    expect(acceptance).toMatchObject({ findings: 3, entries: 3 });
    expect(rulesOf(report).filter((rule) => !rule.startsWith("accepted"))).toEqual([
      "info acceptance-unused",
    ]);
    const text = await read(folder, "registry.yaml");
    expect(text.startsWith(`${settings}accept:\n  # the taxi team knows\n`)).toBe(true);
    expect(text).toContain("# not ours\n");
    expect(text.match(/rule: path-missing/g)).toHaveLength(1);
  });

  it("reports all findings of a rule in a file when there is one more", async () => {
    const twice = "name: taxi\npath: ./gone.bin\nstages: 1\ncolour: 2\n";
    const folder = await folderWith({ ...files, "models/taxi/model.yaml": twice });
    await validate(folder, { accept });
    expect(rulesOf(await validate(folder))).toContain("accepted schema-unknown-key");
    await writeFile(join(folder, "models/taxi/model.yaml"), `${twice}size: 3\n`);

    const found = rulesOf(await validate(folder)).filter((rule) => rule.includes("unknown-key"));
    expect(found).toHaveLength(3);
    expect(found.filter((rule) => rule.startsWith("accepted"))).toEqual([]);
  });

  it("says that an entry is of no use any more", async () => {
    const folder = await folderWith(flawed);
    await validate(folder, { accept });
    await writeFile(join(folder, "models/taxi/gone.bin"), "found");

    const { findings } = await validate(folder);
    expect(findings.filter(({ rule }) => rule === "acceptance-unused")).toMatchObject([
      { path: "registry.yaml", line: 11, column: 5 },
    ]);
  });

  it("takes hundreds at once", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `models/m${index}/model.yaml`,
        `name: m${index}\npath: ./gone\n`,
      ]),
    );
    const known = `accept:\n  # first\n  - { rule: schema, path: x, reason: y, until: "${until}" }\n`;
    const folder = await folderWith({ ...many, "registry.yaml": settings + known });
    const report = await validate(folder, { accept });

    expect(report.acceptance).toMatchObject({ findings: 300, entries: 300 });
    expect(rulesOf(report).filter((rule) => rule.startsWith("error"))).toEqual([]);
    expect((await read(folder, "registry.yaml")).startsWith(settings + known)).toBe(true);
  });

  it.each([
    { name: "a day that is gone", request: { until: "2026-11-20", reason: "x" } },
    { name: "no day", request: { until: "soon", reason: "x" } },
    { name: "a day that no month has", request: { until: "2027-02-30", reason: "x" } },
    { name: "a time", request: { until: "2027-02-03T00:00:00Z", reason: "x" } },
    { name: "no reason", request: { until, reason: "  " } },
    { name: "a reason that nobody reads", request: { until, reason: "x".repeat(2000) } },
  ])("refuses $name, and writes nothing", async ({ request }) => {
    const folder = await folderWith(flawed);

    await expect(validate(folder, { accept: request })).rejects.toMatchObject({
      code: "ACCEPT_INVALID",
      kind: "invalid",
    });
    expect(await read(folder, "registry.yaml")).toBe(settings);
  });

  it("takes today as the last day", async () => {
    const folder = await folderWith(flawed);
    const report = await validate(folder, { accept: { ...accept, until: "2026-11-21" } });

    expect(rulesOf(report)).toContain("accepted path-missing");
  });

  it.each([
    { name: "it is broken", text: "format: 1\nname: [contoso]\n", code: "ACCEPT_SETTINGS_BROKEN" },
    { name: "there is none", text: undefined, code: "ACCEPT_SETTINGS_BROKEN" },
  ])("refuses a registry.yaml in which it would not count: $name", async ({ text, code }) => {
    const { "registry.yaml": _settings, ...others } = flawed;
    const folder = await folderWith(
      text === undefined ? others : { ...others, "registry.yaml": text },
    );

    await expect(validate(folder, { accept })).rejects.toMatchObject({ code, kind: "invalid" });
  });

  it("refuses a single manifest", async () => {
    const folder = await folderWith(flawed);

    await expect(
      validate(folder, { paths: ["models/b/model.yaml"], accept }),
    ).rejects.toMatchObject({ code: "ACCEPT_NEEDS_REGISTRY", kind: "invalid" });
  });
});

describe("severity", () => {
  it.each([
    { name: "the last that matches", levels: ["none", "info"], found: ["info version-scheme"] },
    { name: "none at all", levels: ["error", "none"], found: [] },
  ])("is what registry.yaml says: $name", async ({ levels, found }) => {
    const entries = levels.map(
      (level) => `  - { rule: version-scheme, paths: ["models/**"], level: ${level} }\n`,
    );
    const folder = await folderWith({
      ...files,
      "registry.yaml": `${settings}severity:\n${entries.join("")}  - { rule: version-scheme, paths: ["data/**"], level: warning }\n`,
      "models/taxi/model.yaml": "name: taxi\nversion: x\npath: ./weights.bin\n",
    });

    expect(rulesOf(await validate(folder))).toEqual(found);
  });
});
