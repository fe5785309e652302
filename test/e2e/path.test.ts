import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type {
  ApplyReport,
  PlanReport,
  StageItem,
  ValidateReport,
  VerifyReport,
} from "../../src/usecases/app.ts";
import { runCli, runCliJson } from "../support/cli.ts";
import {
  createRegistryFixture,
  runGit,
  viewWorld,
  type RegistryFixture,
} from "../support/registry-fixture.ts";

describe("the built program on a registry at a path", () => {
  let fixture: RegistryFixture;
  const here = (): { readonly cwd: string } => ({ cwd: fixture.folder });
  beforeAll(async () => {
    fixture = await createRegistryFixture();
  });
  afterAll(() => fixture.remove());

  it("says what to do before the registry is adopted", async () => {
    const listed = await runCli(["list", "--json", ...fixture.flags], here());
    expect(listed.exitCode).toBe(2);
    expect(listed.stderr).toContain("REGISTRY_NOT_ADOPTED");
  });

  it("adopts it: first versions, tags, followed and given stages, bytes in every workspace", async () => {
    await runCliJson<ApplyReport>(["adopt", "--with-stages", ...fixture.flags], here());
    const world = await viewWorld(fixture);
    expect(world.events[0]).toMatch(/^adopt contoso-ml at /);
    expect(world.events).toContain("publish models/taxi-fare 1, followed by dev");
    expect(world.events).toContain("accept models/taxi-fare 1 in prod");
    expect(world.tags.some((tag) => tag.startsWith("models/taxi-fare@v1 "))).toBe(true);
    for (const workspace of ["dev", "test", "prod"]) {
      expect(world.stores).toContain(`${workspace}/assets/models/taxi-fare/1/model/model.onnx`);
    }
  });

  it("has nothing to do after that, and does nothing", async () => {
    const before = await viewWorld(fixture);
    const plan = await runCliJson<PlanReport>(["plan", ...fixture.flags], here());
    expect(plan.actions).toEqual([]);
    const again = await runCliJson<ApplyReport>(["apply", ...fixture.flags], here());
    expect(again.done).toEqual([]);
    expect(await viewWorld(fixture)).toEqual(before);
  });

  it("publishes and delivers a pushed change", async () => {
    const path = "components/prep/src/prep.py";
    await fixture.change("Change the prep step", {
      [path]: `${await fixture.read(path)}# a change\n`,
    });
    const report = await runCliJson<ApplyReport>(["apply", ...fixture.flags], here());
    const published = report.done.filter(({ kind }) => kind === "publish");
    expect(published.map((action) => ("asset" in action ? action.asset : ""))).toEqual([
      "components/prep",
      "components/taxi_pipeline",
    ]);
    const delivered = join(fixture.stores, "dev/assets/components/prep/2/src/prep.py");
    expect(await readFile(delivered, "utf8")).toBe(await fixture.read(path));
    const tag = await runGit(fixture.remote, "cat-file", "tag", "refs/tags/components/prep@v2");
    expect(tag).toContain(
      `object ${(await runGit(fixture.remote, "rev-parse", "refs/heads/main")).trim()}`,
    );
  });

  it("reports a broken change at its line, and moves nothing", async () => {
    const before = await viewWorld(fixture);
    const path = "components/train/component.yaml";
    const text = await fixture.read(path);
    await fixture.change("Break train", { [path]: text.replace(/^command:/m, "comand:") });
    const applied = await runCli(["apply", "--json", ...fixture.flags], here());
    expect(applied.exitCode).toBe(1);
    const report = JSON.parse(applied.stdout) as ApplyReport;
    const errors = report.findings.filter(({ severity }) => severity === "error");
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]).toMatchObject({
      path: "components/taxi_pipeline/component.yaml",
      rule: "reference-moved",
    });
    expect(errors[1]).toMatchObject({ path, line: 1 });
    expect(await viewWorld(fixture)).toEqual(before);
    const checked = await runCli(["validate", fixture.clone, "--json"], here());
    expect(checked.exitCode).toBe(1);
    expect((JSON.parse(checked.stdout) as ValidateReport).findings[0]).toMatchObject({
      path,
      severity: "error",
    });
    await fixture.change("Mend train", { [path]: text });
    const mended = await runCliJson<ApplyReport>(["apply", ...fixture.flags], here());
    expect(mended.done).toEqual([]);
  });

  it("answers which version a stage runs, now and then", async () => {
    const { items } = await runCliJson<{ readonly items: readonly StageItem[] }>(
      ["which", "dev", ...fixture.flags],
      here(),
    );
    expect(items.find(({ name }) => name === "prep")).toMatchObject({
      kind: "component",
      version: "2",
    });
    const past = await runCliJson<{ readonly items: readonly StageItem[] }>(
      ["which", "dev", "--at", "2020-01-01", ...fixture.flags],
      here(),
    );
    expect(past.items).toEqual([]);
  });

  it("pulls from a workspace, and from its store alone", async () => {
    const one = join(fixture.folder, "one");
    const two = join(fixture.folder, "two");
    await runCliJson(
      ["pull", "models/taxi-fare@prod", "--workspace", "prod", "--to", one, ...fixture.flags],
      here(),
    );
    await runCliJson(
      ["pull", "models/taxi-fare@prod", "--store", `file://${fixture.stores}/prod`, "--to", two],
      here(),
    );
    const onnx = await readFile(join(fixture.clone, "models/taxi-fare/model/model.onnx"));
    expect(await readFile(join(one, "model/model.onnx"))).toEqual(onnx);
    expect(await readFile(join(two, "model/model.onnx"))).toEqual(onnx);
  });

  it("verifies every byte of the stores", async () => {
    const { workspaces } = await runCliJson<VerifyReport>(["verify", ...fixture.flags], here());
    expect(workspaces.map(({ problems }) => problems)).toEqual([[], [], []]);
  });

  it("records moved, missing and foreign tags as incidents, and puts a tag back", async () => {
    await runGit(fixture.remote, "tag", "-f", "models/taxi-fare@v1", "refs/heads/main");
    await runGit(fixture.remote, "tag", "-d", "data/taxi-trips@v1");
    await runGit(fixture.remote, "tag", "models/taxi-fare@v9", "refs/heads/main");
    await runCli(["apply", ...fixture.flags], here());
    type Items = { readonly items: readonly { readonly id: string; readonly kind: string }[] };
    const { items } = await runCliJson<Items>(["incident", "list", ...fixture.flags], here());
    expect(items.map(({ kind }) => kind).sort()).toEqual([
      "tag-foreign",
      "tag-missing",
      "tag-moved",
    ]);
    const missing = items.find(({ kind }) => kind === "tag-missing")?.id ?? "";
    await runCliJson(["incident", "resolve", missing, "--restore", ...fixture.flags], here());
    const object = await runGit(fixture.remote, "rev-parse", "refs/tags/data/taxi-trips@v1");
    const ledger = await runGit(fixture.remote, "log", "--format=%B", "refs/heads/cairn-ledger");
    expect(ledger).toContain(object.trim());
    const path = "models/taxi-fare/model/requirements.txt";
    await fixture.change("Touch the model", { [path]: `${await fixture.read(path)}# more\n` });
    await runCliJson(["apply", ...fixture.flags], here());
    const world = await viewWorld(fixture);
    expect(world.events.at(-1)).toBe("publish models/taxi-fare 2, followed by dev");
  });

  it("loses nothing when the data folder is deleted", async () => {
    const before = await viewWorld(fixture);
    await rm(join(fixture.folder, "data"), { recursive: true, force: true });
    const again = await runCliJson<ApplyReport>(["apply", ...fixture.flags], here());
    expect(again.done).toEqual([]);
    expect(await viewWorld(fixture)).toEqual(before);
  });
});
