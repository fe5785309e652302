import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gates } from "../../src/domain/gates/index.ts";
import { runPolicyTestsFromText } from "../../src/usecases/promote/policy-tests.ts";

const folder = new URL("../../docs/gates/", import.meta.url);
const unsupported = ["scan", "signature"];
const documented = gates.filter(({ name }) => !unsupported.includes(name));

function readPage(name: string): string {
  return readFileSync(new URL(`${name}.md`, folder), "utf8");
}

/** The YAML blocks of a page that start with this key. */
function blocks(page: string, key: string): readonly string[] {
  return [...page.matchAll(/^```yaml\n(.*?)^```$/gms)]
    .map(([, text = ""]) => text)
    .filter((text) => text.startsWith(`${key}:`));
}

it("has a page for each gate that this Cairn can run", () => {
  const names = documented.map(({ name }) => `${name}.md`);
  expect(readdirSync(folder).sort()).toEqual(names.sort());
});

describe.each(documented)("docs/gates/$name.md", ({ name, states }) => {
  const page = readPage(name);

  it("starts with what the gate states", () => {
    expect(page.startsWith(`# Gate: ${name}\n\n${states}\n`)).toBe(true);
  });

  it("gives examples that are true", async () => {
    const [rules = "", ...otherRules] = blocks(page, "rules");
    const [tests = "", ...otherTests] = blocks(page, "tests");
    expect([...otherRules, ...otherTests]).toEqual([]);
    const results = await runPolicyTestsFromText(rules, undefined, tests);
    expect(results.filter(({ outcome }) => outcome !== "passed")).toEqual([]);
    expect(results.length).toBeGreaterThan(2);
  });

  it("links to pages that exist", () => {
    for (const [, target = ""] of page.matchAll(/\]\(([a-z]+)\.md/g)) {
      expect(documented.map((gate) => gate.name)).toContain(target);
    }
  });
});
