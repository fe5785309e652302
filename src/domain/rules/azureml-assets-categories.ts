import { judgedLayouts } from "../asset-layouts.ts";
import type { Rule } from "./rule.ts";

export const azuremlAssetsCategories: Rule = {
  id: "azureml-assets-categories",
  severity: "error",
  states: "An asset.yaml says under which categories the asset is listed.",

  *check({ registry }) {
    for (const { document } of judgedLayouts(registry)) {
      const { categories } = document.value;
      const isNone = categories === undefined || categories === null || categories === "";
      if (!isNone && !(Array.isArray(categories) && categories.length === 0)) continue;
      yield {
        message: 'The asset has no categories: write for example categories: ["Training"].',
        at: document.placeOf(["categories"]),
      };
    }
  },
};
