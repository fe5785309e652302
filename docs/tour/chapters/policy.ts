import type { Chapter, Tour } from "../tour.ts";

export const policy: Chapter = {
  title: "6. Lowering the bar takes those who own it",
  async play(tour) {
    tour.say(`Eli tries it in one pull request: lower the bar, and promote. Everything is judged by the
      policy in force, which is the last one that its owners accepted.`);
    await tour.type("git switch --quiet main");
    await tour.type("git pull --quiet --ff-only");
    await tour.type("git switch --quiet --create lower-the-bar");
    await lowerTheBar(tour);
    await tour.world.edit("stages/prod/models/taxi-fare.yaml", (text) =>
      text.replace(/^version: .*$/m, 'version: "3"'),
    );
    await tour.type("git diff --unified=0", { show: ["+", "-  "] });
    await commit(tour, "Promote version 3, with fairer metrics");
    await tour.type("cairn pr open --as eli", {
      exits: 1,
      show: ["#7", "prod: ", "✗", "Policy", "~ policies"],
    });
    await tour.checkFailed(7, "landing", "approvals", "metrics");
    await tour.type("cairn pr close 7 --as eli", { show: ["#7"] });

    tour.say(`Then he pushes the change of the policy alone, straight to the branch. Git lets him. Cairn
      records an incident, and goes on judging by the policy that was accepted.`);
    await tour.type("git switch --quiet main");
    await lowerTheBar(tour);
    await commit(tour, "Fairer metrics");
    await tour.type("git push --quiet origin main");
    await tour.type("cairn apply", { show: ["Record", "policy-unaccepted", "Ready", "Degraded"] });
    await tour.type("cairn policy explain", {
      show: ["Policy in force", "owners", "another policy", "models/taxi-*", "metrics:"],
    });
    const { digest } = await tour.world.askCairn<{ readonly digest: string }>("policy", "explain");
    const last = await tour.world.ask(
      "log",
      "-1",
      "--format=%b",
      "--grep=^accept ",
      "cairn-ledger",
    );
    tour.check(
      "the policy in force is the one that prod's version 2 was judged by",
      digest,
      /^policy: (.*)$/m.exec(last)?.[1],
    );
    tour.say(
      "Taking the change back ends the incident. An owner's approval would have put it in force.",
    );
    await tour.type("git revert --no-edit HEAD", { show: ["Revert"] });
    await tour.type("git push --quiet origin main");
    await tour.type("cairn apply", { show: ["Ready", "Nothing", "done"] });
    const [newest = ""] = await tour.world.events(1);
    tour.check(
      "newest in the ledger: the incident is resolved",
      newest.replace(/\/.*/, ""),
      "resolve policy-unaccepted",
    );
  },
};

async function lowerTheBar({ world }: Tour): Promise<void> {
  await world.edit("policies/promotion.yaml", (text) =>
    text
      .replace(/r2: \{ min: 0\.9, .*\}/, "r2: { min: 0.5 }")
      .replace(/rmse: \{ max: 5\.0, .*\}/, "rmse: { max: 9.0 }"),
  );
}

async function commit(tour: Tour, message: string): Promise<void> {
  await tour.type(
    `git commit --quiet --all --author='Eli Sato <eli@contoso.example>' --message='${message}'`,
  );
}
