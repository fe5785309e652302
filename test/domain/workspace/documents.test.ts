import { expect, it } from "vitest";
import {
  formatIndex,
  parseIndex,
  type IndexDocument,
} from "../../../src/domain/workspace/index-document.ts";
import { resolveInIndex } from "../../../src/domain/workspace/resolve-in-index.ts";
import {
  formatVersionManifest,
  parseVersionManifest,
  type VersionManifest,
} from "../../../src/domain/workspace/version-manifest.ts";
import { sha256 } from "../../../src/shared/digest.ts";

const digest = sha256("x");

const manifest: VersionManifest = {
  format: 1,
  kind: "model",
  name: "m",
  version: "1.4.0",
  digest,
  commit: "c".repeat(40),
  ledger_commit: "d".repeat(40),
  files: [{ path: "model/MLmodel", size: 3, sha256: digest }],
};

function entry(
  overrides: Partial<IndexDocument["assets"][number]>,
): IndexDocument["assets"][number] {
  return {
    kind: "model",
    name: "m",
    version: "1",
    digest,
    commit: "c",
    since: "2026-01-01T00:00:00Z",
    files: 1,
    bytes: 3,
    manifest: digest,
    layout: "both",
    roles: ["stage"],
    references: ["environments/env@1"],
    state: "current",
    ...overrides,
  };
}

const index: IndexDocument = {
  format: 1,
  registry: "contoso-ml",
  workspace: "prod",
  stage: "prod",
  region: "westeurope",
  ledger_commit: "d",
  at: "2026-01-01T00:00:00Z",
  previous: digest,
  assets: [
    entry({ version: "2", roles: ["dependency"] }),
    entry({ version: "9", roles: [], state: "kept", kept_since: "2026-01-02T00:00:00Z" }),
    entry({ version: "3" }),
    entry({ version: "10", roles: ["endpoint"] }),
    entry({ kind: "data", name: "only-kept", state: "kept", roles: [] }),
  ],
};

it("reads what it writes", () => {
  expect(parseVersionManifest(formatVersionManifest(manifest))).toEqual({
    ok: true,
    value: manifest,
  });
  expect(parseIndex(formatIndex(index))).toEqual({ ok: true, value: index });
});

it.each([
  ["no JSON", "{"],
  ["no object", "[]"],
  ["no format", JSON.stringify({ ...manifest, format: undefined })],
  ["a newer format", JSON.stringify({ ...manifest, format: 2 })],
  ["an unknown kind", JSON.stringify({ ...manifest, kind: "widget" })],
  ["a name that is a path", JSON.stringify({ ...manifest, name: "../x" })],
  ["a version that is a path", JSON.stringify({ ...manifest, version: "../1" })],
  ["a short digest", JSON.stringify({ ...manifest, digest: "sha256:1" })],
  [
    "a negative size",
    JSON.stringify({ ...manifest, files: [{ path: "x", size: -1, sha256: digest }] }),
  ],
  [
    "names that differ in case only",
    JSON.stringify({
      ...manifest,
      files: ["a/X", "a/x"].map((path) => ({ path, size: 1, sha256: digest })),
    }),
  ],
])("refuses a manifest with %s", (_, text) => {
  expect(parseVersionManifest(text)).toMatchObject({ ok: false });
});

it.each([
  ["a missing field", { ...index, stage: undefined }],
  ["an entry of another shape", { ...index, assets: [{ ...index.assets[0], files: "1" }] }],
  ["an unknown state", { ...index, assets: [{ ...index.assets[0], state: "gone" }] }],
  ["a reference that is none", { ...index, assets: [{ ...index.assets[0], references: ["x"] }] }],
  ["assets that are no list", { ...index, assets: {} }],
])("refuses an index with %s", (_, value) => {
  expect(parseIndex(JSON.stringify(value))).toMatchObject({ ok: false });
});

it.each([
  ["models/m", "3"],
  ["models/m@prod", "3"],
  ["models/m@latest", "10"],
  ["models/m@2", "2"],
  ["models/m@9", "9"],
  ["models/m@4", undefined],
  ["models/m@test", undefined],
  ["data/only-kept", undefined],
  ["data/only-kept@1", "1"],
  ["models/", undefined],
  ["m@3", undefined],
])("finds %s", (reference, version) => {
  expect(resolveInIndex(index, reference)?.version).toBe(version);
});
