import type { Finding } from "../domain/finding.ts";
import type { RegistryFile, SupportingText } from "../domain/registry.ts";
import { isJsonObject } from "../shared/json.ts";
import type { CompanionText } from "./companion-text.ts";
import type { Companion } from "./fields.ts";
import type { FileContents } from "./file-contents.ts";
import { errorAt, joinPath } from "./local-paths.ts";
import { YamlDocument } from "./manifest-document.ts";
import { hasErrors, toFinding } from "./problem.ts";
import type { PendingPath } from "./resolve-fields.ts";

export interface SupportingTexts {
  readonly texts: readonly SupportingText[];
  readonly findings: readonly Finding[];
}

/** Where the small files lie that say what is behind a path. */
export function companionPath(
  { target }: Pick<PendingPath, "target">,
  { name }: Companion,
): string {
  return name === "" ? target : joinPath(target, name);
}

/**
 * The small files behind a path, of those that it covers. What is not there, too large, or kept
 * elsewhere than in Git is passed over: rules say what must be there.
 */
export function readSupportingTexts(
  request: PendingPath,
  files: readonly RegistryFile[],
  contents: FileContents,
): SupportingTexts {
  if (request.companions.length === 0 || files.length === 0) return nothing;
  const texts: SupportingText[] = [];
  const findings: Finding[] = [];
  for (const companion of request.companions) {
    const path = companionPath(request, companion);
    const content = contents.companion(path);
    if (content === undefined || content.isLfsPointer) continue;
    if (!files.some((file) => file.path === path)) continue;
    const { text, findings: found } = readText(companion.role, path, content);
    texts.push(text);
    findings.push(...found);
  }
  return { texts, findings };
}

const nothing: SupportingTexts = { texts: [], findings: [] };

function readText(
  role: SupportingText["role"],
  path: string,
  content: CompanionText,
): { readonly text: SupportingText; readonly findings: readonly Finding[] } {
  const { text } = content;
  if (role === "dockerfile" || role === "requirements") {
    return { text: { role, path, text, document: undefined }, findings: [] };
  }
  const { parsed } = content;
  const problems = parsed.problems.filter(
    ({ rule }) => role === "mlmodel" || breaksConda.has(rule),
  );
  const findings = problems.map((problem) => toFinding(problem, path));
  const isMapping = isJsonObject(parsed.value);
  if (!hasErrors(problems)) {
    const hasFlavors = isJsonObject(parsed.value) && isJsonObject(parsed.value["flavors"]);
    if (role === "mlmodel" && !hasFlavors) findings.push(wrongType(path, noFlavors));
    if (role === "conda" && !isMapping) findings.push(wrongType(path, noConda));
  }
  const document = isMapping ? new YamlDocument(path, parsed) : undefined;
  return { text: { role, path, text, document }, findings };
}

/** conda reads YAML less strictly than manifests are read. */
const breaksConda: ReadonlySet<string> = new Set([
  "yaml-syntax",
  "yaml-encoding",
  "yaml-too-large",
  "yaml-depth",
  "yaml-documents",
  "yaml-duplicate-key",
]);

const noFlavors = 'The file MLmodel has no mapping "flavors": it is not an MLflow model.';
const noConda = 'The file has no mapping with "dependencies": it is not a conda file.';

function wrongType(path: string, message: string): Finding {
  return errorAt("path-type", message, { path, line: 1, column: 1 });
}
