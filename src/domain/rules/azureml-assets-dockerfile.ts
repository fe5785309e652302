import { isSpec, judgedLayouts } from "../asset-layouts.ts";
import type { Rule, Violation } from "./rule.ts";
import type { SupportingText } from "../registry.ts";

export const azuremlAssetsDockerfile: Rule = {
  id: "azureml-assets-dockerfile",
  severity: "error",
  states: "A Dockerfile starts from no curated image and takes packages from no other index.",

  *check({ registry }) {
    if (judgedLayouts(registry).length === 0) return;
    for (const { id, document, localPaths } of registry.assets) {
      if (id.kind !== "environment" || !isSpec(document.path, registry)) continue;
      const texts = localPaths.flatMap((path) => path.texts);
      for (const text of texts) if (text.role === "dockerfile") yield* checkText(text);
    }
  },
};

function* checkText({ path, text }: SupportingText): Iterable<Violation> {
  for (const [index, line] of text.split("\n").entries()) {
    const at = { path, line: index + 1, column: 1 };
    if (/^FROM\s+mcr\.microsoft\.com\/azureml\/curated\//i.test(line)) {
      const message =
        "The image of a curated environment is no base of another: name its own base.";
      yield { message, at };
    }
    if (/extra-index-url/i.test(line)) {
      yield { message: "Packages come from one index: take extra-index-url out.", at };
    }
  }
}
