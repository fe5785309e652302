import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const pages = [
  "README.md",
  "sample-registry/README.md",
  ...readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`),
];

it.each(pages)("%s links to what exists", (path) => {
  const here = new URL(path, root);
  const text = withoutCode(readFileSync(here, "utf8"));
  const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !isThere(new URL(target, here)));
  expect(broken).toEqual([]);
});

function isThere(target: URL): boolean {
  const file = new URL(target.pathname, target);
  if (!existsSync(file)) return false;
  if (target.hash === "" || statSync(file).isDirectory()) return target.hash === "";
  const headings = withoutCode(readFileSync(file, "utf8")).matchAll(/^#+ (.+)$/gm);
  return [...headings].some(([, heading = ""]) => `#${anchorOf(heading)}` === target.hash);
}

/** As GitHub and most others make it from a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

function withoutCode(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, "").replaceAll(/`[^`\n]*`/g, (code) =>
    // A heading may be code; its words count.
    /[[\](]/.test(code) ? "" : code,
  );
}
