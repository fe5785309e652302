import { licenseProblem, meantLicense } from "../license-expression.ts";
import type { Rule } from "./rule.ts";

export const metadataLicense: Rule = {
  id: "metadata-license",
  severity: "warning",
  states: "A licence is an SPDX expression of known identifiers.",

  *check({ registry }) {
    for (const { metadata } of registry.assets) {
      const license = metadata?.document.value["license"];
      if (metadata === undefined || typeof license !== "string") continue;
      const problem = licenseProblem(license);
      if (problem === undefined) continue;
      const at = metadata.document.placeOf(["license"]);
      const meant = meantLicense(license);
      if (meant === undefined) yield { message: problem, at };
      else {
        const message = `"${license.slice(0, 60)}" is no SPDX identifier: write ${meant}.`;
        yield { message, at, fix: { type: "set", pointer: ["license"], value: meant } };
      }
    }
  },
};
