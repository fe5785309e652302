import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { renderFor } from "./render-job-world.ts";

describe("a job for a workspace", () => {
  it.each([
    { name: "an exact version", written: "azureml:env:1", means: "azureml:env:1" },
    { name: "no version", written: "azureml:env", means: "azureml:env:2" },
    { name: "latest: what the stage runs", written: "azureml:env@latest", means: "azureml:env:2" },
    { name: "a stage", written: "azureml:env@prod", means: "azureml:env:1" },
    {
      name: "this registry by its name",
      written: "azureml://registries/contoso/environments/env/labels/latest",
      means: "azureml:env:2",
    },
    {
      name: "the manifest",
      written: "file:../environments/env/environment.yaml",
      means: "azureml:env:2",
    },
    {
      name: "another registry",
      written: "azureml://registries/azureml/environments/x/versions/1",
      means: "azureml://registries/azureml/environments/x/versions/1",
    },
    { name: "a curated one", written: "azureml:AzureML-x:3", means: "azureml:AzureML-x:3" },
  ])("refers to what the workspace has: $name", async ({ written, means }) => {
    const { value, findings } = await renderFor("test", { environment: written });

    expect(findings).toEqual([]);
    expect(value).toMatchObject({ jobs: { step: { environment: means } } });
  });

  it.each([
    {
      name: "a version that its stage never accepted",
      written: "azureml:env:3",
      says: /does not have environments\/env@3.*cairn promote environments\/env --to test/,
    },
    { name: "a version that is not published", written: "azureml:env:9", says: /not published/ },
    { name: "a label that is no stage", written: "azureml:env@best", says: /no stage "best" runs/ },
    {
      name: "an asset that it does not take",
      written: "azureml:hidden:1",
      says: /workspace test does not take environments\/hidden/,
    },
    { name: "an asset no stage runs", written: "azureml:idle", says: /never accepted it/ },
  ])("says at its place that the workspace lacks $name", async ({ written, says }) => {
    const { findings } = await renderFor("test", { environment: written });

    expect(findings).toMatchObject([
      { rule: "render-version", severity: "error", path: "jobs/job.yml", line: 12, column: 18 },
    ]);
    expect(findings[0]?.message).toMatch(says);
  });

  it("takes what came to the workspace with something else", async () => {
    const { value } = await renderFor("test", { environment: "azureml:base" });

    expect(value).toMatchObject({ jobs: { step: { environment: "azureml:base:1" } } });
  });

  it.each([
    { written: "azureml:cpu", bound: "azureml:test-cpu" },
    { written: "cpu", bound: "azureml:test-cpu" },
    { written: "azureml:gpu", bound: "azureml:test-gpu" },
    { written: "small", bound: "serverless" },
    { written: "azureml:other", bound: "azureml:other" },
    { written: "constructor", bound: "constructor" },
  ])("runs on the workspace's compute: $written", async ({ written, bound }) => {
    const { value, findings } = await renderFor("test", { compute: written });

    expect(findings).toEqual([]);
    expect(value).toMatchObject({
      settings: { default_compute: bound },
      jobs: {
        step: { compute: bound },
        inner: { component: { jobs: { deep: { compute: bound } } } },
      },
    });
  });

  it("binds its own inputs and leaves their type and mode", async () => {
    const { value, findings } = await renderFor("test", {});

    expect(findings).toEqual([]);
    expect(value["inputs"]).toEqual({
      raw: { type: "uri_folder", mode: "ro_mount", path: "azureml:taxi-test:7" },
      open: { type: "uri_file", path: "azureml:more:2" },
      rows: { type: "uri_file", path: "/here/data/rows.csv" },
      trees: 24,
    });
    expect(value).toMatchObject({ jobs: { step: { code: "/here/jobs/src" } } });
  });

  it.each([
    { name: "compute to be filled in", job: { compute: "<cluster>" }, rules: ["render-compute"] },
    { name: "an input without data", job: { open: "missing" }, rules: ["render-input"] },
    {
      name: "data to be filled in",
      job: { rows: "azureml://datastores/<store>/paths/x" },
      rules: ["render-input"],
    },
  ])("finds $name", async ({ job, rules }) => {
    const { findings } = await renderFor("test", job);

    expect([...new Set(findings.map(({ rule }) => rule))]).toEqual(rules);
    for (const { line } of findings) expect(line).toBeGreaterThan(1);
  });

  it("finds files that are not on this disk", async () => {
    const { findings } = await renderFor("test", {}, { onDisk: false });

    expect(findings.map(({ rule, line }) => [rule, line])).toEqual([
      ["render-path", 13],
      ["render-path", 8],
    ]);
  });

  it("keeps the order of keys", async () => {
    const { value, source } = await renderFor("test", {});
    const keysOf = (job: unknown): readonly string[] =>
      [...JSON.stringify(job).matchAll(/"([^"]*)":/g)].map(([, key = ""]) => key);
    // The one that is new comes last in its input.
    const written = keysOf(value).join(" ").replace("open type path", "open type");

    expect(written).toBe(keysOf(parse(source)).join(" "));
  });
});
