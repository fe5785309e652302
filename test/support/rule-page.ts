import { readFileSync } from "node:fs";

import type { AssetKey } from "../../src/domain/asset.ts";
import type { LedgerEvent } from "../../src/domain/ledger/event.ts";
import type { LedgerState } from "../../src/domain/ledger/state.ts";
import type { MemoryFiles } from "./memory-source-tree.ts";
import { accepted, deprecated, published, stateOf } from "./domain-builders.ts";

export const rulePages = new URL("../../docs/rules/", import.meta.url);

/** `docs/rules/<id>.md`, taken apart: its words, and its examples as files. */
export interface RulePage {
  readonly title: string;
  readonly severity: string;
  readonly bad: Example | undefined;
  readonly good: Example | undefined;
}

export interface Example {
  readonly files: MemoryFiles;
  /** What the block called `ledger` says is published. */
  readonly state: LedgerState | undefined;
}

export function readRulePage(id: string): RulePage {
  const text = readFileSync(new URL(`${id}.md`, rulePages), "utf8").replaceAll("\r\n", "\n");
  const [head = "", ...sections] = text.split(/^## /m);
  const section = (title: string): string =>
    sections.find((each) => each.startsWith(`${title}\n`)) ?? "";
  return {
    title: /^# (.+)$/m.exec(head)?.[1] ?? "",
    severity: /^Severity: ([a-z]+)/m.exec(head)?.[1] ?? "",
    bad: toExample(section("Bad")),
    good: toExample(section("Good")),
  };
}

function toExample(section: string): Example | undefined {
  const blocks = [...section.matchAll(/^`([^`\n]+)`[^\n]*\n+(```+)[a-z]*\n(.*?)^\2$/gms)];
  if (blocks.length === 0) return undefined;
  const files: Record<string, string | Uint8Array> = {};
  let state: LedgerState | undefined;
  for (const [, path = "", , content = ""] of blocks) {
    if (path === "ledger") state = toState(content);
    else files[path] = content.includes("\\x") ? unescapeBytes(content) : content;
  }
  return { files, state };
}

/** `models/taxi-fare@1`, one a line; behind it `deprecated`, or the stage that runs it. */
function toState(text: string): LedgerState {
  const events = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .flatMap((line): readonly LedgerEvent[] => {
      const [name = "", mark] = line.trim().split(/\s+/);
      const at = name.lastIndexOf("@");
      const version = { asset: name.slice(0, at) as AssetKey, version: name.slice(at + 1) };
      if (mark === undefined) return [published(version)];
      const next =
        mark === "deprecated" ? deprecated(version) : accepted({ ...version, stage: mark });
      return [published(version), next];
    });
  return stateOf(...events);
}

/** Bytes that no page can show are written as `\xff`. */
function unescapeBytes(text: string): Uint8Array {
  const parts = text.split(/(\\x[0-9a-f]{2})/);
  return Buffer.concat(
    parts.map((part) =>
      /^\\x[0-9a-f]{2}$/.test(part)
        ? Buffer.from([Number.parseInt(part.slice(2), 16)])
        : Buffer.from(part),
    ),
  );
}
