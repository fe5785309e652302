import { describe, expect, it } from "vitest";

import {
  acceptInSettings,
  isNameable,
  type CountedFindings,
} from "../../src/registry/accept-in-settings.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";

const settings = "format: 1\nname: contoso # ours\nlocation: eastus\n";
const request = { until: "2027-03-31", reason: "as it was" } as const;
const found: CountedFindings = { rule: "schema", path: "a.yaml", count: 2 };
const entry = { ...found, ...request };

function accepted(text: string, findings: readonly CountedFindings[] = [found]): string {
  return Buffer.from(acceptInSettings(Buffer.from(text), findings, request)).toString();
}

describe("accept in registry.yaml", () => {
  it.each([
    { name: "nothing", before: "", after: [entry] },
    { name: "an empty list", before: "accept: []\n", after: [entry] },
    { name: "no value", before: "accept:\n", after: [entry] },
    {
      name: "the same rule in the same file",
      before: 'accept: [{ rule: schema, path: a.yaml, reason: old, until: "2026-01-01" }]\n',
      after: [entry],
    },
    {
      name: "another file",
      before: 'accept:\n  - { rule: schema, path: b.yaml, reason: old, until: "2026-01-01" }\n',
      after: [{ rule: "schema", path: "b.yaml", reason: "old", until: "2026-01-01" }, entry],
    },
    {
      name: "patterns",
      before: 'accept: [{ rule: schema, paths: ["*.yaml"], reason: old, until: "2026-01-01" }]\n',
      after: [{ rule: "schema", paths: ["*.yaml"], reason: "old", until: "2026-01-01" }, entry],
    },
  ])("is added to $name, and the rest stays", ({ before, after }) => {
    const text = accepted(settings + before);

    expect(text.startsWith(settings)).toBe(true);
    expect(parseYaml(Buffer.from(text)).value).toMatchObject({ accept: after });
  });

  it("takes thousands, and not more than can be read again", () => {
    const many = (count: number): readonly CountedFindings[] =>
      Array.from({ length: count }, (_, index) => ({ ...found, path: `m${index}.yaml` }));
    const { value } = parseYaml(Buffer.from(accepted(settings, many(2000))));

    expect(value).toMatchObject({ accept: { length: 2000 } });
    expect(() => accepted(settings, many(10_000))).toThrow(
      expect.objectContaining({ code: "ACCEPTANCES_TOO_MANY", kind: "invalid" }),
    );
  });

  it.each([
    { path: "models/a b/ü#1.yaml", nameable: true },
    { path: "a\\b.yaml", nameable: false },
    { path: "a\nb.yaml", nameable: false },
    { path: "half\ud800.yaml", nameable: false },
    { path: "x".repeat(2000), nameable: false },
  ])("can name $path: $nameable", ({ path, nameable }) => {
    expect(isNameable(path)).toBe(nameable);
  });
});
