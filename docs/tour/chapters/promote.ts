import type { Chapter, Tour } from "../tour.ts";

const accepted = "accept models/taxi-fare 2 in prod";

export const promote: Chapter = {
  title: "3. To test at once, to prod with two approvals and some patience",
  async play(tour) {
    tour.say(`A promotion is a pull request that changes one line: the version in
      stages/test/models/taxi-fare.yaml. For test the policy asks for no person, only for good
      metrics and complete metadata, so it can be merged at once.`);
    await tour.type("cairn promote models/taxi-fare --to test --merge --as dee", {
      show: ["Opened", "Merged", "passed", "  ✓", "r2 on", "rmse on"],
    });
    await tour.type("cairn apply", { show: ["Accept", "✓", "Deliver", "→", "synced"] });
    await tour.checkNewest("accept models/taxi-fare 2 in test");
    await tour.checkWorkspace("test", "2");

    tour.say(
      "Prod asks for more: two of the leads must approve, and the version must have run in test.",
    );
    await tour.type("cairn promote models/taxi-fare --to prod --as dee", {
      exits: 1,
      show: ["#3", "prod: ", "✓", "…", "✗", "r2 on", "rmse on", "Next"],
    });
    tour.say(`The pull request is open, but its check fails. "explain" says what is missing and who can
      help.`);
    await tour.type("cairn explain models/taxi-fare --to prod", {
      exits: 1,
      show: ["failed", "…", "✗", "asked for", "approvers", "Next"],
    });
    await tour.type("cairn pr approve 3 --as ann");
    await tour.type("cairn pr approve 3 --as bo");
    await mergeWhileItWaits(tour);
    await tour.checkWorkspace("prod", "2");

    tour.say(`The audit log and the public marks are plain Git: a commit for each decision, a tag for
      each version and for each stage that took one.`);
    await tour.type("git fetch --quiet");
    await tour.type("git log -5 --format='%h %s' origin/cairn-ledger");
    await tour.type("git log -1 --format=%b origin/cairn-ledger", {
      show: [
        "asset:",
        "version:",
        "stage:",
        "digest:",
        "2 approvals",
        "pull_request:",
        "requester:",
      ],
    });
    await tour.type("git tag --list 'models/*'");
  },
};

async function mergeWhileItWaits(tour: Tour): Promise<void> {
  tour.say(`Only time is missing now. Such a pull request may be merged: the ledger says that it waits,
    and prod keeps what it has.`);
  await tour.type("cairn pr merge 3 --as dee", { show: ["Merged", "pending", "…", "Next"] });
  await tour.type("cairn apply", { show: ["Wait", "…", "Accept", "✓", "unchanged", "done"] });
  const [newest] = await tour.world.events(1);
  if (newest === accepted) {
    tour.say(
      "(This machine took longer than the policy asks for, so there was nothing to wait for.)",
    );
    return;
  }
  await tour.checkNewest("wait with models/taxi-fare 2 in prod");
  await tour.checkWorkspace("prod", "1");
  tour.say("Once the time in test is over, the next round accepts it. Nobody has to do anything.");
  await tour.applyUntil(accepted, { show: ["Accept", "✓", "Deliver", "→", "synced"] }, 300);
}
