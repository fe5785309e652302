import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { adopt } from "../../../src/usecases/operate/adopt.ts";
import { openRegistrationWorld, type RegistrationWorld } from "./registration-world.ts";

describe("manifests that are there", () => {
  let world: RegistrationWorld;
  afterAll(() => world.close());
  beforeAll(async () => {
    world = await openRegistrationWorld();
    await adopt(world.session, { withStages: false });
    await world.change("Models of all sorts", {
      "team/single.yaml": "$schema: x/model.schema.json\nname: single # ours\npath: ./w.bin\n",
      "team/w.bin": "weights",
      "team/one.yml": "$schema: x/model.schema.json\nname: one\npath: ./shared\n",
      "team/two.yml": "$schema: x/model.schema.json\nname: two\npath: ./shared\n",
      "team/shared/w.bin": "shared weights",
      "whole/model.yaml": "name: whole\npath: .\n",
      "whole/w.bin": "the folder itself",
      "explicit/model.yaml": "name: explicit\nversion: 1.2.3\npath: ./w.bin\n",
      "explicit/w.bin": "explicit weights",
      "layout/asset.yaml": "type: model\nspec: spec.yaml\nname: layout\nversion: auto\n",
      "layout/spec.yaml": "$schema: x/model.schema.json\nname: layout\npath: ./w.bin\n",
      "layout/w.bin": "laid out",
      "models/taken/model.yaml": "name: somebody-else\npath: ./w.bin\n",
      "models/taken/w.bin": "somebody else's",
    });
    await world.write({ "v2/v.bin": "new weights" });
  }, 60_000);
  const request = (name: string) =>
    ({ kind: "model", name, path: join(world.folder, "job/v2") }) as const;

  it.each([
    {
      name: "single",
      below: "team/",
      manifest: "team/single.yaml",
      text: "$schema: x/model.schema.json\nname: single # ours\npath: ./model\ntype: custom_model\n",
      paths: ["team/one.yml", "team/shared/w.bin", "team/single.lock.yaml", "team/single.yaml"],
    },
    {
      name: "one",
      below: "team/",
      manifest: "team/one.yml",
      text: "$schema: x/model.schema.json\nname: one\npath: ./model\ntype: custom_model\n",
      paths: ["team/one.lock.yaml", "team/one.yml", "team/shared/w.bin", "team/single.yaml"],
    },
    {
      name: "whole",
      below: "whole/",
      manifest: "whole/model.yaml",
      text: "name: whole\npath: ./model\ntype: custom_model\n",
      paths: ["whole/model.lock.yaml", "whole/model.yaml", "whole/w.bin"],
    },
  ])("keeps $name's place", async ({ name, below, manifest, text, paths }) => {
    const { pullRequest } = await world.register(request(name));
    expect(await world.show(pullRequest.number, manifest)).toBe(text);
    const found = (await world.paths(pullRequest.number)).filter((path) => path.startsWith(below));
    const others = name === "one" ? ["team/two.yml", "team/w.bin"] : ["team/two.yml"];
    expect(found).toEqual(below === "team/" ? [...paths, ...others] : paths);
  });

  it.each([
    { name: "explicit", code: "REGISTER_VERSION_NOT_SAID" },
    { name: "layout", code: "REGISTER_MANIFEST_TAKEN" },
    { name: "taken", code: "REGISTER_MANIFEST_TAKEN" },
  ])("refuses $name", async ({ name, code }) => {
    await expect(world.register(request(name))).rejects.toMatchObject({ code });
  });
});
