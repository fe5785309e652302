import { schedule } from "node-cron";
import type { Logger } from "../../shared/log.ts";
import { cronInvalid } from "../errors.ts";
import { parseCronExpression } from "./cron-expression.ts";
import type { Enqueue, StopTrigger } from "./trigger.ts";

export interface CronOptions {
  /** Names the entry in errors and logs: `resync of contoso-ml`. */
  readonly entry: string;
  readonly expression: string;
  readonly log: Logger;
}

/** A machine that slept or was busy may be this late and still run the entry. */
const toleranceMs = 60_000;

/** Rejects with `CONTROLLER_CRON_INVALID`. UTC only: there are days without 02:30 elsewhere. */
export function startCron(enqueue: Enqueue, { entry, expression, log }: CronOptions): StopTrigger {
  const task = schedule(checkCron(entry, expression), () => enqueue(), {
    name: entry,
    timezone: "UTC",
    missedExecutionTolerance: toleranceMs,
    suppressMissedWarning: true,
    logger: {
      info: (message) => log.debug({ entry }, message),
      debug: (message) => log.debug({ entry }, String(message)),
      warn: (message) => log.warn({ entry }, message),
      error: (message, error) => log.error({ entry, error: error ?? message }, String(message)),
    },
  });
  // Late is better than never: the loop finds out by itself whether there is anything to do.
  task.on("execution:missed", () => enqueue());
  return async () => {
    await task.destroy();
  };
}

/** The expression as node-cron takes it. Throws `CONTROLLER_CRON_INVALID`. */
export function checkCron(entry: string, expression: string): string {
  const parsed = parseCronExpression(expression);
  if (!parsed.ok) throw cronInvalid(entry, parsed.problem);
  return parsed.value;
}
