import { expect, it } from "vitest";

import { findingsOf } from "../../support/registry-files.ts";

it("says a hundred times in a file what is wrong with it, and no more", async () => {
  const command = Array.from({ length: 1000 }, (_, index) => `\${{inputs.i${index}}}`).join(" ");
  const found = await findingsOf({
    "components/c/component.yaml": `name: c\nenvironment: azureml://registries/r/environments/e/versions/1\ncommand: ${command}\n`,
    "components/d/component.yaml":
      "name: d\nenvironment: azureml://registries/r/environments/e/versions/1\ncommand: ${{inputs.x}}\n",
  });
  const of = (folder: string): number =>
    found.filter((finding) => finding.startsWith(`command-binding components/${folder}/`)).length;
  expect([of("c"), of("d")]).toEqual([100, 1]);
});
