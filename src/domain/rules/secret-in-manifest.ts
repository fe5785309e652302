import { assignments, type Instruction } from "../dockerfile.ts";
import { findSecrets, secretDocuments } from "../find-secrets.ts";
import type { ManifestDocument } from "../registry.ts";
import { isSecretName, isSecretValue, secretIn } from "../secrets.ts";
import { dockerfiles, supportingTexts } from "../supporting-texts.ts";
import type { Rule, Violation } from "./rule.ts";

/** Says the place and never the value: a finding is printed, stored and sent around. */
export const secretInManifest: Rule = {
  id: "secret-in-manifest",
  severity: "error",
  states: "No password, key or token is written in a file: whoever may read it would have it.",

  *check({ registry }) {
    for (const document of secretDocuments(registry)) yield* documentViolations(document);
    for (const { path, text } of supportingTexts(registry, "requirements", "dockerfile")) {
      yield* lineViolations(path, text);
    }
    for (const { path, instructions } of dockerfiles(registry)) {
      yield* variableViolations(path, instructions);
    }
  },
};

function* documentViolations(document: ManifestDocument): Iterable<Violation> {
  for (const { pointer, what } of findSecrets(document.value)) {
    const place = pointer.map((key) => shown(String(key))).join(".");
    yield { message: messageOf(`The value of ${place}`, what), at: document.placeOf(pointer) };
  }
}

function* lineViolations(path: string, text: string): Iterable<Violation> {
  if (secretIn(text) === undefined) return;
  let count = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const what = secretIn(line);
    if (what === undefined) continue;
    yield {
      message: messageOf(`Line ${index + 1}`, what),
      at: { path, line: index + 1, column: 1 },
    };
    count += 1;
    if (count >= maxLines) return;
  }
}

const maxLines = 20;

function* variableViolations(
  path: string,
  instructions: readonly Instruction[],
): Iterable<Violation> {
  for (const { keyword, args, line } of instructions) {
    if (keyword !== "ENV" && keyword !== "ARG") continue;
    for (const [name, value] of assignments(args)) {
      if (secretIn(value) !== undefined) continue;
      if (!isSecretName(name) || !isSecretValue(name, value)) continue;
      const place = `The value of ${keyword} ${shown(name)}`;
      yield { message: messageOf(place, "a secret"), at: { path, line, column: 1 } };
    }
  }
}

/** A key may be a secret itself. */
function shown(key: string): string {
  return secretIn(key) === undefined ? key.slice(0, 60) : "…";
}

function messageOf(place: string, what: string): string {
  return `${place} looks like ${what}: revoke it, take it out of Git, and have it come from a key vault or the environment.`;
}
