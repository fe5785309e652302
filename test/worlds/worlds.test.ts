import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Command } from "./commands.ts";
import { anyCommands, anyStart, type Start } from "./journeys.ts";
import { Run } from "./run-world.ts";
import { Tally } from "./story.ts";

const worlds = Number(process.env["CAIRN_WORLDS"] ?? 300);
const seed = process.env["CAIRN_SEED"];
const path = process.env["CAIRN_PATH"];

it(
  `decides in ${worlds} worlds what people who look closely would`,
  { timeout: 3_600_000 },
  async () => {
    const tally = new Tally();
    const property = fc.asyncProperty(fc.scheduler(), anyStart, anyCommands, async (...world) => {
      tally.add(await playWorld(...world));
    });
    await fc.assert(property, {
      numRuns: worlds,
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      ...(path === undefined ? {} : { path, endOnFailure: true }),
      reporter: report,
    });
    // Few worlds cannot get everywhere.
    const missed = worlds < 300 ? [] : placesToReach.filter((place) => tally.count(place) === 0);
    expect(path === undefined ? missed : [], "every kind of place is reached").toEqual([]);
    if (process.env["CAIRN_TALLY"] !== undefined) console.log(tally.toString());
  },
);

/** Or the worlds would say nothing: what good people achieve, and what attackers do not. */
const placesToReach = [
  "published",
  "accepted: in prod",
  "accepted: after waiting",
  "accepted: rollback",
  "accepted: several together",
  "accepted: with an override",
  "withdrawn",
  "accepted: adopted",
  "accepted: by itself",
  "accepted: with what it refers to",
  "published: with a reference",
  "published: whatever registry.yaml says",
  "an error that nobody reviewed",
  "deprecated: old",
  "policy-accepted",
  "proposed by itself: open",
  "proposed by itself: merged",
  "waiting",
  "killed",
  "raced",
  "ended: evil merge",
  "blocked: no pull request",
  "blocked: not as proposed",
  "blocked: policy in the same change",
  "blocked: approval of another state",
  "blocked: approved by its author",
  "blocked: too few approvals",
  "blocked: changes asked for",
  "blocked: beside what nobody reviewed",
  "blocked: dependencies",
  "blocked: deprecated",
  "blocked: landed before",
  "blocked: damaged tag",
  "blocked: order",
  "blocked: waited for 30 days",
  "incident: policy-unaccepted",
  "incident: unreviewed-content",
  "incident: tag-moved",
  "incident: tag-missing",
  "incident: tag-foreign",
];

async function playWorld(
  scheduler: fc.Scheduler,
  start: Start,
  commands: readonly Command[],
): Promise<ReadonlySet<string>> {
  const run = await Run.open(scheduler, start);
  try {
    for (const command of commands) await run.play(command);
    await run.end();
  } catch (error) {
    throw new Error(`${run.world.story.toString()}\n\n${String(error)}`, { cause: error });
  }
  return run.watch.places;
}

/** The shortest world that fails, and how to see it again. */
function report(details: fc.RunDetails<[fc.Scheduler, Start, readonly Command[]]>): void {
  if (!details.failed) return;
  const { seed: failed, counterexamplePath, errorInstance } = details;
  const again = `CAIRN_SEED=${failed} CAIRN_PATH=${counterexamplePath}`;
  throw new Error(
    `${again} fails:\n${errorInstance instanceof Error ? errorInstance.message : ""}`,
  );
}
