import { judgedLayouts, placeOfName } from "../asset-layouts.ts";
import type { Rule } from "./rule.ts";

export const azuremlAssetsName: Rule = {
  id: "azureml-assets-name",
  severity: "error",
  states:
    "A name keeps the naming convention of Azure/azureml-assets: its characters, and no word that goes without saying.",

  *check({ registry }) {
    for (const layout of judgedLayouts(registry)) {
      const { name, type } = layout;
      if (name === undefined) continue;
      const at = placeOfName(layout);
      if (!(type === "model" ? modelPattern : namePattern).test(name)) {
        const letters = type === "model" ? "letters" : "small letters";
        yield {
          message: `The name "${name}" must start with a letter and hold only ${letters}, digits, ".", "_" and "-".`,
          at,
        };
      }
      for (const word of wordsIn(name.toLowerCase(), type)) {
        yield { message: `The name "${name}" must not hold "${word}".`, at };
      }
    }
  },
};

const namePattern = /^[a-z][a-z0-9_.-]{0,254}$/;
const modelPattern = /^[A-Za-z][A-Za-z0-9_.-]{0,254}$/;

/** Of each group the first word counts: "azureml" holds "azure" too. */
function wordsIn(name: string, type: string): readonly string[] {
  const groups = [["azureml", "azure"], ["aml"], [type]];
  if (type !== "model") groups.push(["microsoft"]);
  return groups.flatMap((words) => words.find((word) => name.includes(word)) ?? []);
}
