import type { Chapter, Tour } from "../tour.ts";

export const voided: Chapter = {
  title: "7. An approval is for what was seen",
  async play(tour) {
    tour.say(
      "Dee has the best model yet. Version 4 goes to test, and both leads approve it for prod.",
    );
    await toProd(tour);
    await tour.type("cairn pr approve 10 --as ann", { show: ["#10"] });
    await tour.type("cairn pr approve 10 --as bo", { show: ["#10", "prod: "] });

    const shown = await tour.type("cairn pr show 10", {
      show: ["opened", "approved", "approvals"],
    });
    const branch = / from (\S+), at /.exec(shown)?.[1] ?? "";

    tour.say(`Then Dee pushes one more commit to the approved pull request: an error that looks better
      in the metadata.`);
    await tour.type("git fetch --quiet origin refs/cairn/pull/10/head");
    await tour.type("git switch --quiet --create round-it FETCH_HEAD");
    await tour.world.edit("models/taxi-fare/model.meta.yaml", (text) =>
      text.replace(/rmse: 4\.13\d*/, "rmse: 3.9"),
    );
    await tour.type("git commit --quiet --all --message 'Round the error'");
    await tour.type("git diff --unified=0 HEAD~1", { show: ["rmse"] });
    await tour.type(`cairn pr open --branch ${branch} --as dee`, {
      exits: 1,
      show: ["#10", "failed", "✗", "Next"],
    });
    await tour.checkFailed(10, "approvals");
    const main = await tour.world.ask("rev-parse", "main");
    await tour.type("cairn pr merge 10 --as dee", { exits: 1, show: ["Not merged", "✗"] });
    tour.check("the branch has not moved", await tour.world.ask("rev-parse", "main"), main);

    tour.say(`Both approvals are void: they were for other evidence. They count again once the pull
      request says again what the leads saw.`);
    await tour.type("git revert --no-edit HEAD", { show: ["Revert"] });
    await tour.type(`cairn pr open --branch ${branch} --as dee`, {
      show: ["#10", "prod: ", "approvals"],
    });
    await tour.type("git switch --quiet main");
  },
};

async function toProd(tour: Tour): Promise<void> {
  await tour.type(
    `cairn register model --name taxi-fare --path ../trained/best/model --metrics ../trained/best/metrics.json
      --on taxi-holdout --split holdout --merge --as dee`,
    { show: ["#8", "Merged", "gets version"] },
  );
  await tour.type("cairn apply", { show: ["+ models"] });
  await tour.type("cairn promote taxi-fare --to test --merge --as dee", {
    show: ["#9", "Merged"],
  });
  await tour.type("cairn apply", { show: ["✓"] });
  await tour.checkNewest(
    "accept models/taxi-fare 4 in test",
    "publish models/taxi-fare 4, followed by dev",
  );
  await tour.type("cairn promote taxi-fare --to prod --as dee", {
    exits: 1,
    show: ["#10", "prod: "],
  });
}
