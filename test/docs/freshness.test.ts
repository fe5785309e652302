import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { generateDocs } from "../../docs/generate.ts";
import { readErrors } from "../../docs/render-errors.ts";

describe("generated pages", () => {
  it.each(["docs/cli.md", "docs/errors.md", "docs/rules/README.md"])(
    "%s is what the sources say",
    async (path) => {
      const pages = await generateDocs();
      const committed = await readFile(new URL(`../../${path}`, import.meta.url), "utf8");

      expect(committed, `${path} is stale: run "npm run docs"`).toBe(pages.get(path));
    },
  );
});

describe("readErrors", () => {
  it("keeps what is static and marks what is not", () => {
    const source = `
      function gone(key: string) {
        return new CairnError({
          code: "STORE_GONE",
          kind: "missing",
          message: \`No "\${key}" here.\`,
          hint: "Look " + "elsewhere.",
        });
      }`;

    expect(readErrors(new Map([["src/a.ts", source]]))).toEqual([
      { code: "STORE_GONE", kind: "missing", message: 'No "…" here.', hint: "Look elsewhere." },
    ]);
  });

  it("passes over what is no error of ours", () => {
    const source = `new TypeError("x"); new CairnError(options); call({ code: "NOT_AN_ERROR" });`;

    expect(readErrors(new Map([["src/a.ts", source]]))).toEqual([]);
  });
});
