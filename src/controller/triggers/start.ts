import type { Logger } from "../../shared/log.ts";
import type { ServedRegistry } from "../serve-context.ts";
import type { Timer } from "../timer.ts";
import { startCron } from "./cron.ts";
import { startPoll } from "./poll.ts";
import type { Enqueue, StopTrigger } from "./trigger.ts";
import { startWatch } from "./watch.ts";

export interface TriggerOptions {
  readonly enqueue: Enqueue;
  readonly requestVerify: Enqueue;
  readonly timer: Timer;
  readonly random: () => number;
  readonly log: Logger;
}

/** Everything that may call for a run of this registry. Cron first: it alone can be refused. */
export function startTriggers(
  registry: ServedRegistry,
  { enqueue, requestVerify, timer, random, log }: TriggerOptions,
): readonly StopTrigger[] {
  const { name, resyncCron, verifyCron, pollMs, watchPaths } = registry;
  const crons = [
    { entry: `resync of ${name}`, expression: resyncCron, run: enqueue },
    { entry: `verify of ${name}`, expression: verifyCron, run: requestVerify },
  ].flatMap(({ entry, expression, run }) =>
    expression === undefined ? [] : startCron(run, { entry, expression, log }),
  );
  return [
    ...crons,
    startPoll(enqueue, { everyMs: pollMs, timer, random }),
    ...watchPaths.map((gitFolder) => startWatch(enqueue, { gitFolder, timer, log })),
  ];
}
