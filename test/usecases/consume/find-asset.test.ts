import { describe, expect, it } from "vitest";
import { formatAssetKey, type AssetKind } from "../../../src/domain/asset.ts";
import { findAsset, selectVersion } from "../../../src/usecases/consume/find-asset.ts";
import { accepted, published, stateOf } from "../../support/domain-builders.ts";

const state = stateOf(
  published({ version: "1" }),
  published({ version: "2", stages: ["dev"] }),
  accepted({ version: "1", stage: "prod" }),
  published({ asset: "components/prep", version: "1.0.0" }),
  published({ asset: "components/prep", version: "1.1.0-rc.1" }),
  published({ asset: "environments/shared", version: "1" }),
  published({ asset: "data/shared", version: "2024-01-a" }),
  published({ asset: "models/fresh", version: "1.0.0-rc.1" }),
  published({ asset: "models/odd", version: "prod" }),
);

it.each<{ text: string; kind?: AssetKind; is: string }>([
  { text: "models/taxi-fare", is: "models/taxi-fare 2" },
  { text: "models/taxi-fare@1", is: "models/taxi-fare 1" },
  { text: "models/taxi-fare@v1", is: "models/taxi-fare 1" },
  { text: "models/taxi-fare@latest", is: "models/taxi-fare 2" },
  { text: "models/taxi-fare@prod", is: "models/taxi-fare 1" },
  { text: "models/taxi-fare@dev", is: "models/taxi-fare 2" },
  { text: "taxi-fare", is: "models/taxi-fare 2" },
  { text: "taxi-fare@prod", is: "models/taxi-fare 1" },
  { text: "prep@latest", is: "components/prep 1.0.0" },
  { text: "prep@1.1.0-rc.1", is: "components/prep 1.1.0-rc.1" },
  { text: "prep@v1.1.0-rc.1", is: "components/prep 1.1.0-rc.1" },
  { text: "shared", kind: "environment", is: "environments/shared 1" },
  { text: "data/shared@2024-01-a", is: "data/shared 2024-01-a" },
  { text: "models/odd@prod", is: "models/odd prod" },
  { text: "azureml:taxi-fare:1", is: "models/taxi-fare 1" },
  { text: "azureml:taxi-fare@latest", is: "models/taxi-fare 2" },
  { text: "azureml:taxi-fare@prod", is: "models/taxi-fare 1" },
  { text: "azureml:taxi-fare", is: "models/taxi-fare 2" },
  { text: "azureml:shared:1", kind: "environment", is: "environments/shared 1" },
  { text: "azureml://registries/contoso-ml/models/taxi-fare/versions/1", is: "models/taxi-fare 1" },
  {
    text: "azureml://registries/CONTOSO-ML/models/taxi-fare/labels/prod",
    is: "models/taxi-fare 1",
  },
  { text: "azureml://registries/contoso-ml/models/taxi-fare", is: "models/taxi-fare 2" },
])("$text is $is", ({ text, kind, is }) => {
  const found = findAsset(state, text, kind);
  const { version } = selectVersion(found);
  expect(`${formatAssetKey(found.id)} ${version}`).toBe(is);
});

describe("refuses", () => {
  it.each<{ text: string; kind?: AssetKind; code: string }>([
    { text: "", code: "ASSET_MISSING" },
    { text: "models/gone", code: "ASSET_MISSING" },
    { text: "gone", code: "ASSET_MISSING" },
    { text: "constructor", code: "ASSET_MISSING" },
    { text: "Models/taxi-fare", code: "REFERENCE_INVALID" },
    { text: "endpoints/taxi-fare", code: "REFERENCE_INVALID" },
    { text: "models/taxi-fare@", code: "REFERENCE_INVALID" },
    { text: "models/../x", code: "REFERENCE_INVALID" },
    { text: "shared", code: "REFERENCE_AMBIGUOUS" },
    { text: "taxi-fare", kind: "data", code: "ASSET_MISSING" },
    { text: "azureml:", code: "REFERENCE_INVALID" },
    { text: "azureml:gone:1", code: "ASSET_MISSING" },
    { text: "azureml:shared:1", code: "REFERENCE_AMBIGUOUS" },
    { text: "azureml:taxi-fare:1@prod", code: "REFERENCE_INVALID" },
    { text: "azureml://datastores/d/paths/p", code: "REFERENCE_INVALID" },
    { text: "azureml://registries/other/models/taxi-fare/versions/1", code: "REFERENCE_INVALID" },
    { text: "azureml://registries/contoso-ml/models/gone/versions/1", code: "ASSET_MISSING" },
  ])("$text as $code", ({ text, kind, code }) => {
    expect(() => findAsset(state, text, kind)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    "models/taxi-fare@3",
    "models/taxi-fare@v3",
    "models/taxi-fare@test",
    "models/taxi-fare@constructor",
    "models/taxi-fare@__proto__",
    "models/taxi-fare@1@prod",
    "models/fresh",
    "models/fresh@latest",
    "azureml:taxi-fare:v1",
    "azureml:taxi-fare:prod",
  ])("%s as VERSION_MISSING", (text) => {
    expect(() => selectVersion(findAsset(state, text))).toThrow(
      expect.objectContaining({ code: "VERSION_MISSING", kind: "missing" }),
    );
  });

  it("an asset that a stage names and nobody published", () => {
    const accepts = stateOf(accepted());
    expect(() => findAsset(accepts, "models/taxi-fare")).toThrow(
      expect.objectContaining({ code: "ASSET_MISSING" }),
    );
  });
});
