import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { judgedLayouts } from "../asset-layouts.ts";
import type { AssetLayout } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const azuremlAssetsImage: Rule = {
  id: "azureml-assets-image",
  severity: "error",
  states: "The image of an environment is named after it, built here and published to everybody.",

  *check({ registry }) {
    for (const layout of judgedLayouts(registry)) {
      if (layout.type === "environment") yield* checkImage(layout);
    }
  },
};

function* checkImage({ name, extraConfig }: AssetLayout): Iterable<Violation> {
  const image = asObject(extraConfig?.value["image"]);
  if (extraConfig === undefined || image === undefined) return;
  const wanted = `azureml/curated/${name ?? "<name>"}`;
  if (name !== undefined && typeof image["name"] === "string" && image["name"] !== wanted) {
    const message = `The image must be called after its environment: write ${wanted}.`;
    yield { message, at: extraConfig.placeOf(["image", "name"]) };
  }
  const at = extraConfig.placeOf(["image"]);
  if (asObject(image["context"]) === undefined) {
    yield { message: "The image says no context that it is built from.", at };
  }
  const publish = asObject(image["publish"]);
  if (publish === undefined) {
    yield { message: "The image says nothing of its publication: write publish.", at };
  } else if (publish["visibility"] !== undefined && publish["visibility"] !== "public") {
    yield {
      message: "The image should be published with visibility: public.",
      at: extraConfig.placeOf(["image", "publish", "visibility"]),
      severity: "warning",
    };
  }
}

function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}
