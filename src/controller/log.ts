import { pino, type Logger as PinoLogger } from "pino";
import { CairnError } from "../shared/errors.ts";
import type { LogFields, Logger } from "../shared/log.ts";
import { redact } from "../shared/redact.ts";
import type { TextStream } from "../usecases/app-options.ts";
import { renderLogLine } from "./log-line.ts";

export interface LogOptions {
  readonly stream: TextStream;
  readonly color: boolean;
  readonly verbose: boolean;
}

/** How deep fields are shown: a log line is no dump. */
const maxDepth = 5;

/** JSON lines, or short lines where a person reads along; secrets and control characters are gone. */
export function createServeLog({ stream, color, verbose }: LogOptions): Logger {
  const write = (line: string): void =>
    void stream.write(stream.isTTY === true ? `${renderLogLine(line, color)}\n` : line);
  const logger = pino(
    {
      level: verbose ? "debug" : "info",
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return wrap(logger);
}

function wrap(logger: PinoLogger): Logger {
  return {
    debug: (fields, message) => logger.debug(toPlain(fields), redact(message)),
    info: (fields, message) => logger.info(toPlain(fields), redact(message)),
    warn: (fields, message) => logger.warn(toPlain(fields), redact(message)),
    error: (fields, message) => logger.error(toPlain(fields), redact(message)),
    child: (fields) => wrap(logger.child(toPlain(fields))),
  };
}

/** Field names that the line has already would come twice; they get an underscore. */
function toPlain(fields: LogFields): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    const isTaken = name === "level" || name === "time" || name === "message";
    return [isTaken ? `${name}_` : redact(name), toSafe(value, 0)];
  });
  return Object.fromEntries(entries);
}

function toSafe(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redact(value);
  if (value instanceof Error) return toSafe(describeError(value), depth);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) return "…";
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => toSafe(item, depth + 1));
  const entries = Object.entries(value).slice(0, 100);
  return Object.fromEntries(entries.map(([name, item]) => [redact(name), toSafe(item, depth + 1)]));
}

/** A trace only for what nobody expected. */
function describeError(error: Error): object {
  if (!(error instanceof CairnError)) return { message: error.message, stack: error.stack };
  const { code, kind, message, hint, stack, cause } = error;
  const because = cause instanceof Error ? cause.message : undefined;
  return { code, kind, message, hint, cause: because, ...(kind === "internal" ? { stack } : {}) };
}
