import type { CairnError } from "../../shared/errors.ts";
import { redact } from "../../shared/redact.ts";
import type { Paint } from "../ansi.ts";

/** What went wrong, then what to do, then the code to look up; with the trace for a bug report. */
export function renderError(error: CairnError, paint: Paint, verbose: boolean): string {
  const lines = [
    `${paint("red", "error:")} ${redact(error.message)} ${paint("dim", `[${error.code}]`)}`,
  ];
  if (error.hint !== undefined) lines.push(`${paint("cyan", "hint:")} ${redact(error.hint)}`);
  if (verbose) lines.push(paint("dim", redact(traceOf(error))));
  return lines.join("\n");
}

export function renderErrorJson(error: CairnError): object {
  const { code, kind, message, hint } = error;
  return { error: { code, kind, message, hint } };
}

function traceOf(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${traceOf(error.cause)}` : own;
}
