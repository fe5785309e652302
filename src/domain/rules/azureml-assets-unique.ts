import { isJsonObject } from "../../shared/json.ts";
import { judgedLayouts, placeOfName } from "../asset-layouts.ts";
import type { AssetLayout } from "../registry.ts";
import type { Place } from "../finding.ts";
import type { Rule } from "./rule.ts";

export const azuremlAssetsUnique: Rule = {
  id: "azureml-assets-unique",
  severity: "error",
  states: "A name has one asset.yaml per type, and an image one environment.",

  *check({ registry }) {
    const first = new Map<string, string>();
    for (const layout of judgedLayouts(registry)) {
      for (const { key, what, at } of marksOf(layout)) {
        const other = first.get(key);
        if (other === undefined) first.set(key, layout.document.path);
        else yield { message: `${what} is also in ${other}: rename one.`, at };
      }
    }
  },
};

interface Mark {
  readonly key: string;
  readonly what: string;
  readonly at: Place;
}

function* marksOf(layout: AssetLayout): Iterable<Mark> {
  const { name, type, extraConfig } = layout;
  if (name !== undefined) {
    const what = `The ${type} "${name}"`;
    yield { key: `asset ${type}/${name}`, what, at: placeOfName(layout) };
  }
  const image = extraConfig?.value["image"];
  if (type !== "environment" || extraConfig === undefined || !isJsonObject(image)) return;
  const { name: imageName, publish } = image;
  if (typeof imageName !== "string") return;
  const location = isJsonObject(publish) ? JSON.stringify(publish["location"] ?? "") : "";
  const at = extraConfig.placeOf(["image", "name"]);
  yield { key: `image ${location}/${imageName}`, what: `The image "${imageName}"`, at };
}
