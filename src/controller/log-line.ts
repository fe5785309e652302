import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";

const styles: Readonly<Record<string, string>> = {
  error: "31",
  warn: "33",
  info: "32",
  debug: "2",
};

/** `12:04:31 info  published a version  registry=contoso-ml asset=models/taxi-fare version=3`. */
export function renderLogLine(json: string, color: boolean): string {
  const record: unknown = JSON.parse(json);
  if (!isJsonObject(record)) return json.trimEnd();
  const { level, time, message, ...fields } = record;
  const name = textOf(level ?? "info");
  const details = Object.entries(fields).flatMap(([key, value]) => renderField(key, value));
  const clock = textOf(time ?? "").slice(11, 19);
  const line = [
    paint("2", clock, color),
    paint(styles[name] ?? "0", name.padEnd(5), color),
    oneLine(textOf(message ?? "")),
    paint("2", oneLine(details.join(" ")), color),
  ];
  return line.join(" ").trimEnd();
}

function renderField(key: string, value: JsonValue): readonly string[] {
  if (isJsonObject(value) && "message" in value) return [`${key}=${renderError(value)}`];
  return [`${key}=${textOf(value)}`];
}

/** The trace is for the JSON form; here a person wants the sentence and what to do. */
function renderError({ code, message, hint }: JsonObject): string {
  const parts = [message, hint].flatMap((part) => (part === undefined ? [] : textOf(part)));
  return `${parts.join(" ")}${code === undefined ? "" : ` [${textOf(code)}]`}`;
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*[\n\t]\s*/g, " ");
}

function paint(code: string, text: string, color: boolean): string {
  return color && text !== "" ? `\u001B[${code}m${text}\u001B[0m` : text;
}
