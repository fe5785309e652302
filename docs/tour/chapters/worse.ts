import type { Chapter } from "../tour.ts";

export const worse: Chapter = {
  title: "5. A worse model gets as far as its metrics",
  async play(tour) {
    tour.say(`Eli registers a smaller model. Its r2 is 0.932: enough for dev and for test. Prod wants at
      least 0.9 as well, but it also compares with what it runs now.`);
    await tour.type(
      `cairn register model --name taxi-fare --path ../trained/worse/model --metrics ../trained/worse/metrics.json
        --on taxi-holdout --split holdout --reason 'a third of the size' --merge --as eli`,
      { show: ["#4", "Merged", "gets version"] },
    );
    await tour.type("cairn apply", { show: ["Publish", "+ models", "synced"] });
    await tour.type("cairn promote models/taxi-fare --to test --merge --as eli", {
      show: ["#5", "Merged", "metrics"],
    });
    await tour.type("cairn apply", { show: ["Accept", "✓", "synced"] });
    await tour.type("cairn promote models/taxi-fare --to prod --as eli", {
      exits: 1,
      show: ["#6", "failed", "✗", "…", "r2 on", "rmse on", "Next"],
    });
    await tour.checkFailed(6, "approvals", "metrics");
    tour.say("Approvals would not help: every gate must pass. Eli closes the pull request.");
    await tour.type("cairn pr close 6 --as eli", { show: ["#6"] });
    await tour.checkWorkspace("test", "3");
    await tour.checkWorkspace("prod", "2");
  },
};
