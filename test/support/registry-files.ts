import { validateTree } from "../../src/usecases/validate.ts";
import type { SourceEntry } from "../../src/source/source-tree.ts";
import { MemorySourceTree, type MemoryFiles } from "./memory-source-tree.ts";

/** A registry that is valid and empty. */
export const emptyRegistryFiles = {
  "registry.yaml": "format: 1\nname: contoso\nlocation: eastus\n",
} as const satisfies MemoryFiles;

export const modelFiles = {
  "models/taxi/model.yaml": "name: taxi\npath: ./weights.bin\n",
  "models/taxi/weights.bin": "weights",
} as const satisfies MemoryFiles;

/** `rule path:line:column` of everything that is found in these files. */
export async function findingsOf(
  files: MemoryFiles,
  extra: readonly SourceEntry[] = [],
): Promise<readonly string[]> {
  const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files }, extra);
  const { findings } = await validateTree(tree);
  return findings.map(({ rule, path, line, column }) =>
    line === undefined ? `${rule} ${path}` : `${rule} ${path}:${line}:${column}`,
  );
}
