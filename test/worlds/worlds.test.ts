import * as fc from "fast-check";
import { expect, it } from "vitest";
import { anyCommands, type Command } from "./commands.ts";
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
    const property = fc.asyncProperty(fc.scheduler(), anyCommands, async (scheduler, commands) => {
      tally.add(await playWorld(scheduler, commands));
    });
    await fc.assert(property, {
      numRuns: worlds,
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      ...(path === undefined ? {} : { path, endOnFailure: true }),
      reporter: report,
    });
    if (process.env["CAIRN_TALLY"] !== undefined) console.log(`${tally}`);
  },
);

async function playWorld(
  scheduler: fc.Scheduler,
  commands: readonly Command[],
): Promise<ReadonlySet<string>> {
  const run = await Run.open(scheduler);
  try {
    for (const command of commands) await run.play(command);
    await run.end();
  } catch (error) {
    throw new Error(`${run.world.story}\n\n${String(error)}`, { cause: error });
  }
  return run.watch.places;
}

/** The shortest world that fails, and how to see it again. */
function report(details: fc.RunDetails<[fc.Scheduler, readonly Command[]]>): void {
  if (!details.failed) return;
  const { seed: failed, counterexamplePath, errorInstance } = details;
  const again = `CAIRN_SEED=${failed} CAIRN_PATH=${counterexamplePath}`;
  expect.fail(`${again} fails:\n${errorInstance instanceof Error ? errorInstance.message : ""}`);
}
