import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { median } from "./measure.ts";
import { cairn, runs, scratch, type Row } from "./process.ts";

const mebibyte = 1024 * 1024;

/** The worst that one manifest can ask for (bounds: src/registry/yaml/limits.ts), by name. */
const inputs: Readonly<Record<string, string>> = {
  "an alias bomb": [
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
    ...Array.from({ length: 8 }, (_, level) => {
      const aliases = Array.from({ length: 10 }, () => `*a${level}`);
      return `a${level + 1}: &a${level + 1} [${aliases.join(", ")}]`;
    }),
  ].join("\n"),
  "100 aliases of a large text": `a: &a ${"x".repeat(mebibyte / 2)}\nb: [${Array.from({ length: 99 }, () => "*a").join(", ")}]\n`,
  "100 000 levels": "[".repeat(100_000),
  "20 000 keys": Array.from({ length: 20_000 }, (_, index) => `key${index}: ${index}`).join("\n"),
  "1 MiB of list": "- a\n".repeat(mebibyte / 4),
  "1 MiB of quotes": `a: "${String.raw`\"`.repeat(mebibyte / 2 - 10)}"\n`,
};

/** Each beside a manifest of one line: what a hostile file costs more than any file. */
export async function benchHostileInput(): Promise<readonly Row[]> {
  const folder = join(scratch, "hostile");
  mkdirSync(folder);
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const plain = write("plain.yaml", "name: a\npath: plain.yaml\n");
  const validate = ["validate", "--kind", "model"];
  const floor = await median(runs, () => cairn([...validate, plain]));
  const rows: Row[] = [];
  for (const [index, [name, text]] of Object.entries(inputs).entries()) {
    const path = write(`hostile-${index}.yaml`, text);
    const measured = await median(runs, () => cairn([...validate, path], 1));
    rows.push({
      name: `validate ${name}`,
      cairn: measured,
      floorName: "a manifest of two lines",
      floor,
    });
  }
  return rows;
}
