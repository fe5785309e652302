/** A tour of Cairn in a folder of its own: `npm run demo`, with `-- --keep` to look around after it. */
import { parseArgs } from "node:util";

import { adopt } from "./chapters/adopt.ts";
import { policy } from "./chapters/policy.ts";
import { promote } from "./chapters/promote.ts";
import { pull } from "./chapters/pull.ts";
import { register } from "./chapters/register.ts";
import { rollback } from "./chapters/rollback.ts";
import { movedTag } from "./chapters/tag.ts";
import { voided } from "./chapters/voided.ts";
import { worse } from "./chapters/worse.ts";
import { TourStopped } from "./expect.ts";
import { Screen } from "./screen.ts";
import { Tour } from "./tour.ts";
import { World } from "./world.ts";

const chapters = [adopt, register, promote, pull, worse, policy, voided, movedTag, rollback];
const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
const screen = new Screen(process.stdout, process.env);
const world = await World.create();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => world.stop());
}

try {
  await play(new Tour(world, screen));
} catch (error) {
  if (!(error instanceof TourStopped)) throw error;
  console.error(`\nThe tour stopped.\n${error.message}`);
  process.exitCode = 1;
} finally {
  if (!values.keep) await world.remove();
}
if (values.keep) screen.say(`Everything is in ${world.root}: remove it when you have seen enough.`);

async function play(tour: Tour): Promise<void> {
  tour.say(`This is Cairn from end to end: nine chapters, a real Git repository, real models. Each line
    after a $ is run, by the program of this checkout (cairn is "node dist/main.js"); beside the bar is
    what it printed, now and then with some lines folded; a line with = is a fact that was looked up in
    Git or in a store. Everything happens in ${tour.world.root}, nothing outside it.`);
  for (const { title, play: tell } of chapters) {
    screen.heading(title);
    await tell(tour);
  }
  screen.heading("The whole story, as the ledger has it");
  await tour.type("git fetch --quiet");
  await tour.type("git log --oneline --no-decorate origin/cairn-ledger");
  tour.say(`Read on in docs/promotion.md: gates, approvals, rollbacks, holds and breaking the glass.
    "npm start" serves a registry like this one with a running controller.`);
}
