import type { Chapter } from "../tour.ts";

export const register: Chapter = {
  title: "2. A better model becomes version 2",
  async play(tour) {
    tour.say(`Dee trained a better model. "register" stores its files, writes manifest, metadata and
      lock file, and opens a pull request: the registry's Git history has the digests, not the bytes.
      Cairn checks every pull request and says what merging it would do. (--as says who acts.)`);
    await tour.type(`cairn register model --name taxi-fare --path ../trained/better/model --metrics ../trained/better/metrics.json
        --on taxi-holdout --split holdout --reason 'more trees, smaller leaves' --as dee`);
    tour.say("Ann, who leads the team, looks at it and approves.");
    await tour.type("cairn pr approve 1 --reason 'I get the same metrics' --as ann");
    await tour.type("cairn pr merge 1 --as dee", { show: ["Merged", "✓", "Next"] });
    tour.say(`"apply" is one round of the controller; "cairn serve" does it whenever something changes.
      It gives the merged model its version and its tag, and dev, which follows "latest", has it.`);
    await tour.type("cairn apply");
    await tour.checkNewest("publish models/taxi-fare 2, followed by dev");
    tour.check(
      "the tag models/taxi-fare@v2 is on the commit that was merged",
      await tour.world.ask("rev-parse", "models/taxi-fare@v2^{commit}"),
      await tour.world.ask("rev-parse", "main"),
    );
    await tour.checkWorkspace("dev", "2");
    await tour.checkWorkspace("prod", "1");
  },
};
