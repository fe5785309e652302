import type { JsonObject } from "../../shared/json.ts";
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
      const open = openPackages(spec.value);
      yield* violation(open.map(({ name, pointer }) => ({ name, at: spec.placeOf(pointer) })));
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

interface OpenPackage {
  readonly name: string;
  readonly pointer: Dependency["pointer"];
}

const judged = new WeakMap<JsonObject, readonly OpenPackage[]>();

/** Models that were logged together have the same conda.yaml: it is judged once. */
function openPackages(value: JsonObject): readonly OpenPackage[] {
  const known = judged.get(value);
  if (known !== undefined) return known;
  const open = condaDependencies(value).flatMap((dependency) => {
    const name = openPackage(dependency);
    return name === undefined ? [] : [{ name, pointer: dependency.pointer }];
  });
  judged.set(value, open);
  return open;
}

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
