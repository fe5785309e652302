import type { LogFields, Logger } from "../shared/log.ts";
import { clean } from "./ansi.ts";
import type { Terminal } from "./terminal.ts";

/** Warnings and errors as plain lines on standard error; with `--verbose` everything. */
export function createCliLog(terminal: Terminal, verbose: boolean): Logger {
  const write = (level: string, fields: LogFields, message: string): void => {
    const details = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`);
    terminal.err(terminal.paintErr("dim", clean([level, message, ...details].join(" "))));
  };
  const quiet = (): void => undefined;
  return {
    debug: verbose ? (fields, message) => write("debug:", fields, message) : quiet,
    info: verbose ? (fields, message) => write("info:", fields, message) : quiet,
    warn: (fields, message) => write("warning:", fields, message),
    error: (fields, message) => write("error:", fields, message),
    child: (extra) => childOf(createCliLog(terminal, verbose), extra),
  };
}

function childOf(parent: Logger, extra: LogFields): Logger {
  return {
    debug: (fields, message) => parent.debug({ ...extra, ...fields }, message),
    info: (fields, message) => parent.info({ ...extra, ...fields }, message),
    warn: (fields, message) => parent.warn({ ...extra, ...fields }, message),
    error: (fields, message) => parent.error({ ...extra, ...fields }, message),
    child: (more) => childOf(parent, { ...extra, ...more }),
  };
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.message;
  return JSON.stringify(value) ?? "undefined";
}
