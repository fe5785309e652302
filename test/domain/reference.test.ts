import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  formatReference,
  isReference,
  parseReference,
  repairReference,
  type Reference,
  type VersionSelector,
} from "../../src/domain/reference.ts";
import { anyName } from "../support/domain-builders.ts";

const version = (text: string): VersionSelector => ({ type: "version", version: text });
const label = (text: string): VersionSelector => ({ type: "label", label: text });
const byDefault: VersionSelector = { type: "default" };
const model = { type: "registry", registry: "contoso-ml", kind: "model", name: "taxi" } as const;
const external = (uri: string): Reference => ({ type: "external", uri });
const arm =
  "azureml:/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/taxi/versions/1";

it.each<{ text: string; reference: Reference }>([
  { text: "azureml:taxi:1", reference: { type: "local", name: "taxi", selector: version("1") } },
  {
    text: "azureml:t.x_y-z:1.4.0-rc.1+b",
    reference: { type: "local", name: "t.x_y-z", selector: version("1.4.0-rc.1+b") },
  },
  {
    text: "azureml:taxi:1:2",
    reference: { type: "local", name: "taxi", selector: version("1:2") },
  },
  {
    text: "azureml:taxi@latest",
    reference: { type: "local", name: "taxi", selector: label("latest") },
  },
  {
    text: "azureml:taxi@prod",
    reference: { type: "local", name: "taxi", selector: label("prod") },
  },
  { text: "azureml:taxi", reference: { type: "local", name: "taxi", selector: byDefault } },
  {
    text: "azureml://registries/contoso-ml/models/taxi/versions/1",
    reference: { ...model, selector: version("1") },
  },
  {
    text: "azureml://registries/contoso-ml/models/taxi/labels/latest",
    reference: { ...model, selector: label("latest") },
  },
  {
    text: "azureml://registries/contoso-ml/models/taxi",
    reference: { ...model, selector: byDefault },
  },
  {
    text: "azureml://registries/contoso-ml/environments/taxi/versions/1",
    reference: { ...model, kind: "environment", selector: version("1") },
  },
  {
    text: "azureml://registries/contoso-ml/components/taxi/versions/1",
    reference: { ...model, kind: "component", selector: version("1") },
  },
  {
    text: "azureml://registries/contoso-ml/data/taxi/versions/1",
    reference: { ...model, kind: "data", selector: version("1") },
  },
])("reads $text", ({ text, reference }) => {
  expect(isReference(text)).toBe(true);
  expect(parseReference(text)).toEqual({ ok: true, value: reference });
});

it.each([
  "azureml://registries/r/codes/c/versions/1",
  "azureml://registries/r/evaluators/e/versions/1",
  "azureml://registries/r/deploymenttemplates/d/versions/1",
  arm,
  "azureml://locations/eastus/workspaces/0f1e/models/taxi/versions/1",
  "azureml://datastores/d/paths/a/b.csv",
  "azureml://datastores/d/paths/",
  "azureml://datastores/workspacemanageddatastore",
  "azureml://datastores/workspacemanageddatastore/${{name}}",
  "azureml://jobs/j/outputs/o/paths/p",
  "azureml://jobs/j/outputs/o",
  "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/d/paths/p",
  "azureml://feeds/r/models/taxi/versions/1",
  "runs:/0f1e/model",
])("knows %s as something it cannot resolve", (text) => {
  expect(isReference(text)).toBe(true);
  expect(parseReference(text)).toEqual({ ok: true, value: external(text) });
});

it.each([
  { name: "nothing after the prefix", text: "azureml:" },
  { name: "no version after the colon", text: "azureml:e:" },
  { name: "no label after the at sign", text: "azureml:e@" },
  { name: "no name", text: "azureml::1" },
  { name: "two slashes before a short form", text: "azureml://e:1" },
  { name: "version and label", text: "azureml:e:1@latest" },
  { name: "label and version", text: "azureml:e@latest:1" },
  { name: "a bad name", text: "azureml:a b:1" },
  { name: "a slash in the name", text: "azureml:a/b:1" },
  { name: "a name no tag can hold", text: "azureml:a..b:1" },
  { name: "the prefix in capitals", text: "AzureML:e:1" },
  { name: "the singular", text: "azureml://registries/r/model/m/versions/1" },
  {
    name: "the singular of the documentation",
    text: "azureml://registries/r/component/c/versions/1",
  },
  { name: "an unknown kind", text: "azureml://registries/r/jobs/j/versions/1" },
  { name: "no kind", text: "azureml://registries/r" },
  { name: "no registry", text: "azureml://registries//models/m/versions/1" },
  { name: "no name in a registry", text: "azureml://registries/r/models" },
  { name: "an empty version", text: "azureml://registries/r/models/m/versions/" },
  { name: "versions without one", text: "azureml://registries/r/models/m/versions" },
  { name: "an empty label", text: "azureml://registries/r/models/m/labels/" },
  { name: "an unknown axis", text: "azureml://registries/r/models/m/version/1" },
  { name: "something behind the version", text: "azureml://registries/r/models/m/versions/1/x" },
  { name: "a bad name in a registry", text: "azureml://registries/r/models/a b/versions/1" },
  { name: "an unknown scheme form", text: "azureml://computes/c" },
  { name: "a datastore without path", text: "azureml://datastores/d" },
  { name: "a run without path", text: "runs:/" },
  { name: "no prefix", text: "taxi:1" },
  { name: "a path", text: "./taxi.yml" },
])("refuses $name", ({ text }) => {
  expect(parseReference(text).ok).toBe(false);
});

it.each(["./model.yaml", "taxi:1", "https://contoso.example/azureml:x", "", " azureml:x:1"])(
  "does not take %j for a reference",
  (text) => {
    expect(isReference(text)).toBe(false);
  },
);

it("reads back every reference it writes", () => {
  const selector = fc.oneof(
    fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z._+-]{0,20}$/).map(version),
    fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/).map(label),
    fc.constant(byDefault),
  );
  fc.assert(
    fc.property(anyName, selector, (name, selected) => {
      const parsed = parseReference(formatReference(name, selected));
      expect(parsed).toEqual({ ok: true, value: { type: "local", name, selector: selected } });
    }),
  );
});

it("answers for any text, without throwing", () => {
  const part = fc.constantFrom(
    "azureml:",
    "//",
    "/",
    "registries",
    "models",
    "@",
    ":",
    "runs:/",
    "a",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(part).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      const parsed = parseReference(candidate);
      const local = parsed.ok && parsed.value.type === "local" ? parsed.value : undefined;
      const formatted = local && formatReference(local.name, local.selector);
      expect([undefined, candidate]).toContain(formatted);
    }),
    { numRuns: 1000 },
  );
});

it.each([
  {
    text: "azureml://registries/r/environment/e/versions/1",
    repaired: "azureml://registries/r/environments/e/versions/1",
  },
  { text: "AzureML:env:1", repaired: "azureml:env:1" },
  { text: "azureml:env:1", repaired: undefined },
  { text: "azureml:env:", repaired: undefined },
  { text: "azureml://registries/r/gadget/e/versions/1", repaired: undefined },
])("$text can be repaired to $repaired", ({ text, repaired }) => {
  expect(repairReference(text)).toBe(repaired);
});
