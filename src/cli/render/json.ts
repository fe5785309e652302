import { redact } from "../../shared/redact.ts";

/** The answer as one JSON document. Text is redacted; of absent keys only `next` is shown, as null. */
export function renderJson(answer: object): string {
  const document = "next" in answer ? { ...answer, next: answer.next ?? null } : answer;
  return JSON.stringify(document, redactText, 2);
}

function redactText(_key: string, value: unknown): unknown {
  return typeof value === "string" ? redact(value) : value;
}
