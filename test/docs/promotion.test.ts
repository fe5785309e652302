import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runPolicyTestsFromText } from "../../src/usecases/promote/policy-tests.ts";

const page = readFileSync(new URL("../../docs/promotion.md", import.meta.url), "utf8");

/** The YAML block that starts with the name of this file. */
function fileOfPage(path: string): string {
  const found = [...page.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)].find(
    ([, name]) => name === path,
  );
  if (found?.[2] === undefined) throw new Error(`docs/promotion.md shows no ${path}`);
  return found[2];
}

it("shows a policy that does what its tests say, in the words of the page", async () => {
  const results = await runPolicyTestsFromText(
    fileOfPage("policies/promotion.yaml"),
    fileOfPage("policies/access.yaml"),
    fileOfPage("policies/promotion.test.yaml"),
  );
  expect(results.filter(({ outcome }) => outcome !== "passed")).toEqual([]);
  const lines = results.map(({ name }) => `✓ ${name}\n`).join("");
  expect(page).toContain(`${lines}\n${results.length} passed.\n`);
});
