import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import { supportingTexts } from "../supporting-texts.ts";
import type { Rule } from "./rule.ts";

export const mlmodelSignatureMissing: Rule = {
  id: "mlmodel-signature-missing",
  severity: "warning",
  states: "An MLflow model says what goes in and what comes out.",

  *check({ registry }) {
    for (const { document } of supportingTexts(registry, "mlmodel")) {
      if (document === undefined) continue;
      const { flavors, signature } = document.value;
      // Without flavors it is no model, which is said already.
      if (!isJsonObject(flavors) || hasSignature(signature)) continue;
      yield {
        message:
          "The model has no signature, so nobody is told when its inputs change: log it with one (mlflow.models.infer_signature).",
        at: document.placeOf(["signature"]),
      };
    }
  },
};

function hasSignature(signature: JsonValue | undefined): boolean {
  if (!isJsonObject(signature)) return false;
  const { inputs, outputs, params } = signature;
  return [inputs, outputs, params].some((part) => (part ?? "") !== "");
}
