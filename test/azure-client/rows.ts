import { readdirSync, readFileSync } from "node:fs";

import { parse } from "yaml";

import type { ManifestKind } from "../../src/registry/manifest-kind.ts";

/** The kinds that Azure ML's client has a loader for, and what Cairn calls them. */
export const cairnKinds = {
  model: "model",
  environment: "environment",
  data: "data",
  component: "component",
  job: "job",
  schedule: "schedule",
  registry: "registry",
  "online-endpoint": "endpoint",
  "batch-endpoint": "endpoint",
  "online-deployment": "deployment",
  "batch-deployment": "deployment",
} as const satisfies Readonly<Record<string, ManifestKind>>;

/** A small manifest, what Azure ML's client says of it and what Cairn does. */
export interface Row {
  /** The file of the table. */
  readonly table: string;
  readonly name: string;
  readonly kind: keyof typeof cairnKinds;
  readonly text: string;
  /** Files beside the manifest. */
  readonly files?: Readonly<Record<string, string>>;
  /** As measured by load.py. */
  readonly client: "accepts" | "refuses";
  /** The rules of Cairn's errors, each once; absent: there is none. */
  readonly cairn?: readonly string[];
  /** Rules that must be among the warnings. */
  readonly warns?: readonly string[];
}

const folder = new URL("rows/", import.meta.url);

export const rows: readonly Row[] = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .sort()
  .flatMap((file) => {
    const list = parse(readFileSync(new URL(file, folder), "utf8")) as readonly Row[];
    return list.map((row) => ({ ...row, table: file.replace(".yaml", "") }));
  });
