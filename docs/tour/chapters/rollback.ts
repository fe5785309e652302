import { join } from "node:path";

import type { Chapter } from "../tour.ts";
import { sample } from "../world.ts";
import { hashFiles, readManifest } from "./pull.ts";

export const rollback: Chapter = {
  title: "9. Back to version 1, in one command",
  async play(tour) {
    tour.say(`The app rounds the new fares wrongly, and customers notice. A rollback goes to a version that
      prod ran before: no soak, no metrics, one lead, who may be the one who asks.`);
    await tour.type(
      `cairn rollback models/taxi-fare@1 --stage prod --reason 'the app cannot take the new fares'
        --as cy`,
      { show: ["#11", "Merged", "prod: ", "approvals"] },
    );
    await tour.type("cairn apply");
    await tour.checkNewest("roll back models/taxi-fare 1 in prod");
    await tour.checkWorkspace("prod", "1");
    tour.say("Prod kept the old bytes, so nothing had to travel.");
    const { root } = tour.world;
    const from = "file:registry/cairn-stores/prod";
    await tour.type(`cairn pull models/taxi-fare@prod --store ${from} --to served-again`, {
      cwd: root,
    });
    tour.check(
      "served-again holds version 1",
      (await readManifest(tour, "served-again")).version,
      "1",
    );
    tour.check(
      "its model.onnx is that of the sample registry",
      await hashFiles(join(root, "served-again/model"), ["model.onnx"]),
      await hashFiles(join(sample, "models/taxi-fare/model"), ["model.onnx"]),
    );
    await tour.type("cairn list 'models/*'");
  },
};
