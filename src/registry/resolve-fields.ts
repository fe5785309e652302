import type { Finding } from "../domain/finding.ts";
import { parseReference, repairReference } from "../domain/reference.ts";
import type { LocalPath, ReferenceUse } from "../domain/registry.ts";
import {
  findFields,
  type Companion,
  type Field,
  type FieldOwner,
  type PathShape,
} from "./fields.ts";
import type { LockedFile } from "./file-contents.ts";
import { errorAt } from "./local-paths.ts";
import type { YamlDocument } from "./manifest-document.ts";
import { classifyText, resolvePath } from "./resolve-path.ts";

/** A local path whose target is known and whose files are not yet. */
export interface PendingPath extends Pick<LocalPath, "pointer" | "place" | "text" | "target"> {
  readonly shape: PathShape;
  readonly companions: readonly Companion[];
  readonly own: ReadonlySet<string>;
  readonly locked: ReadonlyMap<string, LockedFile>;
}

export interface ResolvedFields {
  readonly references: readonly ReferenceUse[];
  readonly paths: readonly PendingPath[];
  readonly findings: readonly Finding[];
}

/** Sorts the fields of a manifest into references and local paths, each checked for its form. */
export function resolveFields(
  owner: FieldOwner,
  document: YamlDocument,
  files: Pick<PendingPath, "own" | "locked">,
): ResolvedFields {
  const references: ReferenceUse[] = [];
  const paths: PendingPath[] = [];
  const findings: Finding[] = [];
  for (const field of findFields(owner, document.value)) {
    const { pointer, text, kind, shape } = field;
    const place = document.placeOf(pointer);
    const what = classifyText(text);
    const isBareName = shape === "manifest" && what.type === "path" && !looksLikePath(text);
    if (what.type === "reference" || isBareName) {
      const parsed = parseReference(text);
      if (!parsed.ok) findings.push(withRepair(parsed.problem, { text, pointer, place }));
      else if (kind !== undefined) {
        references.push({ text, reference: parsed.value, kind, pointer, place });
      }
    } else if (what.type === "path") {
      const target = resolvePath(document.path, what.text);
      if (!target.ok) findings.push(errorAt("path-outside", target.problem, place));
      else {
        const companions = companionsOf(field);
        paths.push({ pointer, place, text, target: target.value, shape, companions, ...files });
      }
    }
  }
  return { references, paths, findings };
}

/** Of a component that a step names by its file, the step must know inputs and outputs. */
function companionsOf({ shape, kind, companions }: Field): readonly Companion[] {
  const isComponent = shape === "manifest" && kind === "component";
  return isComponent ? [...companions, { name: "", role: "component" }] : companions;
}

function withRepair(
  problem: string,
  { text, pointer, place }: Pick<ReferenceUse, "text" | "pointer" | "place">,
): Finding {
  const finding = errorAt("reference-form", problem, place);
  const repaired = repairReference(text);
  if (repaired === undefined) return finding;
  return { ...finding, fix: { type: "set", pointer, value: repaired } };
}

/** `taxi-env:3` in place of a reference is a forgotten `azureml:`, `./env.yml` is a path. */
function looksLikePath(text: string): boolean {
  return /^file:/i.test(text) || /^\.{0,2}\//.test(text) || /\.ya?ml$/i.test(text);
}
