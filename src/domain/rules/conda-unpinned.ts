import { condaDependencies, condaSpecs, type Dependency } from "../conda.ts";
import type { Place } from "../finding.ts";
import { unboundedCondaPackage, unboundedPipPackage } from "../package-specs.ts";
import { supportingTexts } from "../supporting-texts.ts";
import { nameFew } from "../name-few.ts";
import type { Rule, Violation } from "./rule.ts";

export const condaUnpinned: Rule = {
  id: "conda-unpinned",
  severity: "warning",
  states: "Every package of an environment has a version, or an upper bound of it.",

  *check({ registry }) {
    for (const spec of condaSpecs(registry)) {
      const open = [...condaDependencies(spec.value)].flatMap((dependency) => {
        const name = openPackage(dependency);
        return name === undefined ? [] : [{ name, at: spec.placeOf(dependency.pointer) }];
      });
      yield* violation(open);
    }
    for (const { path, text } of supportingTexts(registry, "requirements")) {
      const open = text.split("\n").flatMap((line, index) => {
        const name = unboundedPipPackage(line);
        return name === undefined ? [] : [{ name, at: { path, line: index + 1, column: 1 } }];
      });
      yield* violation(open);
    }
  },
};

function openPackage({ by, value }: Dependency): string | undefined {
  if (typeof value !== "string") return undefined;
  return by === "pip" ? unboundedPipPackage(value) : unboundedCondaPackage(value);
}

/** One finding tells it: whoever pins one package pins the others. */
function* violation(
  open: readonly { readonly name: string; readonly at: Place }[],
): Iterable<Violation> {
  const [first] = open;
  if (first === undefined) return;
  const names = nameFew(open.map(({ name }) => name));
  yield {
    message: `Nothing keeps ${names} at a version that was tried: write it, as in "${first.name}==1.2.3" or "<2".`,
    at: first.at,
  };
}
