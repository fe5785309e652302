import type { Chapter } from "../tour.ts";

const tag = "models/taxi-fare@v4";

export const movedTag: Chapter = {
  title: "8. A tag that was moved is put back",
  async play(tour) {
    tour.say(`Tags are only marks: the ledger knows the object of each one. Somebody moves version 4's tag
      to the commit of version 3.`);
    const { world } = tour;
    const original = await world.ask("rev-parse", `refs/tags/${tag}`);
    await tour.type("git fetch --quiet --tags");
    await tour.type(`git tag --force ${tag} 'models/taxi-fare@v3^{commit}'`);
    await tour.type(`git push --quiet --force origin refs/tags/${tag}`);
    await tour.type("cairn apply", { show: ["Record", "tag-moved", "Ready", "Degraded"] });
    const listed = await tour.type("cairn incident list");
    const incident = /^tag-moved\S+/m.exec(listed)?.[0] ?? "";
    tour.say(
      "Version 4 stays what the ledger says it is. Until somebody has looked, no promotion of that model passes.",
    );
    await tour.type("cairn pr merge 10 --as dee", { exits: 1, show: ["Not merged", "✗"] });
    await tour.checkWorkspace("prod", "2");

    tour.say("Ann has the tag put back.");
    await tour.type(`cairn incident resolve ${incident} --restore --reason 'pushed by mistake'
      --by ann`);
    tour.check(
      `${tag} is the object that it was`,
      await world.ask("rev-parse", `refs/tags/${tag}`),
      original,
    );
    await tour.type("cairn pr merge 10 --as dee", { show: ["Merged", "prod: "] });
    await tour.applyUntil(
      "accept models/taxi-fare 4 in prod",
      { show: ["Accept", "✓", "synced"] },
      180,
    );
    await tour.checkWorkspace("prod", "4");
  },
};
