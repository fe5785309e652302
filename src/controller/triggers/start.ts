import type { Logger } from "../../shared/log.ts";
import type { ServedRegistry } from "../serve-context.ts";
import type { Timer } from "../timer.ts";
import { checkCron, startCron } from "./cron.ts";
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
  const { pollMs, watchPaths } = registry;
  const runOf = { resync: enqueue, verify: requestVerify };
  return [
    ...cronEntries(registry).map(({ kind, ...entry }) => startCron(runOf[kind], { ...entry, log })),
    startPoll(enqueue, { everyMs: pollMs, timer, random }),
    ...watchPaths.map((gitFolder) => startWatch(enqueue, { gitFolder, timer, log })),
  ];
}

/** Throws `CONTROLLER_CRON_INVALID`: better than when half of the triggers have started. */
export function checkTriggers(registry: Schedule): void {
  for (const { entry, expression } of cronEntries(registry)) checkCron(entry, expression);
}

type Schedule = Pick<ServedRegistry, "name" | "resyncCron" | "verifyCron">;

interface CronEntry {
  readonly kind: "resync" | "verify";
  readonly entry: string;
  readonly expression: string;
}

function cronEntries({ name, resyncCron, verifyCron }: Schedule): readonly CronEntry[] {
  const kinds = { resync: resyncCron, verify: verifyCron };
  return (["resync", "verify"] as const).flatMap((kind) => {
    const expression = kinds[kind];
    return expression === undefined ? [] : { kind, entry: `${kind} of ${name}`, expression };
  });
}
