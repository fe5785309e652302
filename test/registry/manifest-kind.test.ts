import { describe, expect, it } from "vitest";

import { guessRole, roleOfManifestKind } from "../../src/registry/manifest-kind.ts";

describe("what a single file is meant as", () => {
  it.each<{ path: string; value: object; schema: string | undefined }>([
    { path: "my-model.yml", value: {}, schema: "model" },
    { path: "env_train.yml", value: { channels: [] }, schema: "environment" },
    { path: "m/python_env.yaml", value: { dependencies: [] }, schema: undefined },
    { path: "pipeline-component.yaml", value: { jobs: {} }, schema: "pipeline-component" },
    { path: "blue-deployment.yml", value: { instance_type: "x" }, schema: "deployment" },
    { path: "batch_endpoint.yml", value: { defaults: {} }, schema: "batch-endpoint" },
    { path: "pipeline.yml", value: { type: "pipeline" }, schema: "pipeline-job" },
    { path: "registry.yml", value: { name: "r" }, schema: "azureml-registry" },
    { path: "case-1.yaml", value: { endpoint_name: "e" }, schema: "deployment" },
    { path: "case-2.yaml", value: { auth_mode: "key" }, schema: "endpoint" },
    { path: "case-3.yaml", value: { create_job: "./j.yml" }, schema: "schedule" },
    { path: "case-4.yaml", value: { type: "MLFLOW_MODEL" }, schema: "model" },
    { path: "case-5.yaml", value: { type: "mltable", path: "x" }, schema: "data" },
    { path: "case-6.yaml", value: { image: "x" }, schema: "environment" },
    { path: "case-7.yaml", value: { command: "x", version: 1 }, schema: "command-component" },
    { path: "case-8.yaml", value: { command: "x", compute: "c" }, schema: "command-job" },
    { path: "case-9.yaml", value: { jobs: {}, type: "pipeline" }, schema: "pipeline-job" },
    { path: "case-10.yaml", value: { command: "x", name: "c" }, schema: undefined },
    { path: "case-11.yaml", value: { hello: "world" }, schema: undefined },
  ])("$path with $value is $schema", ({ path, value, schema }) => {
    const role = guessRole(path, value as never);
    expect(role !== undefined && "schema" in role ? role.schema : undefined).toBe(schema);
  });

  it("is what the caller says, whatever is in it", () => {
    expect(roleOfManifestKind("data", undefined)).toMatchObject({ schema: "data" });
    expect(roleOfManifestKind("endpoint", undefined)).toMatchObject({ schema: "endpoint" });
    expect(roleOfManifestKind("registry", { format: 1 })).toMatchObject({ schema: "registry" });
  });
});
