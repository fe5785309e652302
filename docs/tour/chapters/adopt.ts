import { performance } from "node:perf_hooks";
import { cp } from "node:fs/promises";

import type { Chapter, Tour } from "../tour.ts";
import { sample } from "../world.ts";

export const adopt: Chapter = {
  title: "1. A registry, and three workspaces that follow it",
  async play(tour) {
    tour.say(`A registry is a Git repository of YAML manifests: models, data, components, and the
      policies for moving them from dev to test to prod. Contoso's lies in registry.git, as it would
      on a Git server; registry/ is Dee's clone. Its content is this project's sample-registry.`);
    await makeRegistry(tour);
    const startedMs = performance.now();
    await tour.type("cairn validate");
    tour.pace = (performance.now() - startedMs) / 1000;

    tour.say(`For this tour the policy is changed in three places: a version needs to run in test for
      some seconds before prod, not for 24 hours; prod is open at weekends too; and no promotion is
      made automatically, so that you see each of them being made.`);
    await tour.world.edit("policies/promotion.yaml", (text) => forTheTour(text, soakHours(tour)));
    await tour.type("git diff --unified=0 policies/promotion.yaml", {
      show: ["@@", "-", "+"],
    });
    await tour.type("git commit --quiet --all --message 'Set the policy for the tour'");
    await tour.type("git push --quiet origin main");

    tour.say(`"adopt" starts the ledger: the branch cairn-ledger, one commit for each decision. Every
      asset gets its version 1 and a tag; --with-stages records what the stage files say is running.
      Each workspace gets the bytes of what its stage runs, here in folders that stand for buckets.`);
    await tour.type("cairn adopt --with-stages", {
      show: ["Publish", "models/taxi-fare", "Accept", "Deliver", "synced", "Ready", "done"],
    });
    await tour.type("cairn list");
    tour.check(
      "the ledger starts with the adoption",
      (await tour.world.ask("log", "--reverse", "--format=%s", "cairn-ledger"))
        .split("\n")[0]
        ?.split(" at ")[0],
      "adopt contoso-ml",
    );
    for (const workspace of ["dev", "test", "prod"]) await tour.checkWorkspace(workspace, "1");
  },
};

async function makeRegistry({ world }: Tour): Promise<void> {
  await world.run(
    "git",
    ["init", "--quiet", "--bare", "--initial-branch=main", world.remote],
    world.root,
  );
  await world.run("git", ["clone", "--quiet", world.remote, world.clone], world.root);
  await cp(sample, world.clone, {
    recursive: true,
    filter: (path) => !path.includes("__pycache__"),
  });
  await world.run("git", ["add", "--all"], world.clone);
  await world.run("git", ["commit", "--quiet", "--message", "Start the registry"], world.clone);
  await world.run("git", ["push", "--quiet", "origin", "HEAD:refs/heads/main"], world.clone);
}

/** Long enough for the steps of chapter 3 to come before it is over, however slow the machine is. */
function soakHours({ pace }: Tour): string {
  return ((12 * pace + 3) / 3600).toFixed(4);
}

function forTheTour(policy: string, hours: string): string {
  return policy
    .replaceAll("soak: { hours: 24 }", `soak: { hours: ${hours} }`)
    .replace(/^ +window:\n(?: {8,}.*\n)+/m, "")
    .replace(/\nautomatic:\n(?: +- .*\n)+/, "");
}
