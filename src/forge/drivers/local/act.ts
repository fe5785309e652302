import {
  formatAccount,
  mergeMethods,
  type Account,
  type MergeMethod,
} from "../../../domain/pull-request.ts";
import { isJsonObject, type JsonObject } from "../../../shared/json.ts";
import { redact } from "../../../shared/redact.ts";

/** Verdicts that a person can give. */
const verdicts = ["approved", "changes-requested", "commented"] as const;

/** What somebody did to a pull request. Acts that speak of a head keep it (`keptCommits`). */
export type Deed =
  | {
      readonly act: "opened";
      readonly title: string;
      readonly body: string;
      readonly labels: readonly string[];
      readonly branch: string;
      readonly head: string;
    }
  | { readonly act: "pushed"; readonly head: string }
  | {
      readonly act: "reviewed";
      readonly verdict: (typeof verdicts)[number];
      readonly body: string;
      readonly head: string;
    }
  | { readonly act: "commented"; readonly body: string }
  | { readonly act: "labelled"; readonly labels: readonly string[] }
  | {
      readonly act: "merged";
      readonly method: MergeMethod;
      readonly head: string;
      readonly commit: string;
    }
  | { readonly act: "closed"; readonly reason: string; readonly head: string };

/** One commit of a conversation. */
export type Act = Deed & {
  /** Of the pull request: elsewhere the act counts for nothing. */
  readonly number: number;
  readonly by: Account;
  /** ISO 8601 in UTC, whole seconds. */
  readonly at: string;
};

/** Bound of a commit message that is read as an act. */
export const maxActBytes = 256 * 1024;
const format = 1;

/** The commit message: a line for `git log`, then everything as JSON. */
export function formatAct(act: Act): string {
  const { number, by, at, act: name, ...rest } = act;
  const body = { format, act: name, pull_request: number, by: claimOf(by), at, ...rest };
  return `${subjectOf(act)}\n\n${JSON.stringify(body, undefined, 2)}\n`;
}

/** `undefined` for what is malformed, unknown or too long: it counts for nothing. */
export function parseAct(message: string): Act | undefined {
  if (Buffer.byteLength(message) > maxActBytes) return undefined;
  const start = message.indexOf("\n\n");
  const json = start < 0 ? undefined : parseJson(message.slice(start));
  if (!isJsonObject(json) || json["format"] !== format) return undefined;
  const { pull_request: number, at } = json;
  const by = readAccount(json["by"]);
  const deed = readers.get(json["act"])?.(json);
  if (typeof number !== "number" || !isTime(at) || by === undefined) return undefined;
  return deed && { ...deed, number, by, at };
}

/** The commits that an act speaks of: parents of its own, so that they are kept for ever. */
export function keptCommits(act: Act): readonly string[] {
  if (!("head" in act)) return [];
  return act.act === "merged" ? [act.head, act.commit] : [act.head];
}

/** Text of people on one line, without what could forge another. */
export function oneLine(text: string, maxLength = 120): string {
  const line = redact(text).replaceAll(/\s+/g, " ").trim();
  if (line.length <= maxLength) return line;
  return `${line.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function subjectOf(act: Act): string {
  const who = oneLine(act.by.name ?? formatAccount(act.by));
  switch (act.act) {
    case "opened":
      return `open by ${who}: ${oneLine(act.title)}`;
    case "pushed":
      return `push ${act.head.slice(0, 12)} by ${who}`;
    case "reviewed":
      return `${reviewWords[act.verdict]} by ${who}`;
    case "commented":
      return `comment by ${who}`;
    case "labelled":
      return `label ${oneLine(act.labels.join(", ")) || "nothing"} by ${who}`;
    case "merged":
      return `merge as ${act.commit.slice(0, 12)} by ${who}`;
    case "closed":
      return `close by ${who}`;
  }
}

const reviewWords = {
  approved: "approve",
  "changes-requested": "request changes",
  commented: "review",
} as const;

/** A key is what a signature proves, not what somebody writes. */
function claimOf({ login, name, email, isBot }: Account): Account {
  return {
    ...(login !== undefined && { login }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(isBot !== undefined && { isBot }),
  };
}

function readAccount(json: unknown): Account | undefined {
  if (!isJsonObject(json)) return undefined;
  const { login, name, email, isBot } = json;
  return {
    ...(typeof login === "string" && { login }),
    ...(typeof name === "string" && { name }),
    ...(typeof email === "string" && { email }),
    ...(typeof isBot === "boolean" && { isBot }),
  };
}

const readers = new Map<unknown, (json: JsonObject) => Deed | undefined>([
  [
    "opened",
    ({ title, body, labels: written, branch, head }) => {
      const labels = readLabels(written);
      if (typeof title !== "string" || typeof body !== "string" || !labels) return undefined;
      if (typeof branch !== "string" || !isId(head)) return undefined;
      return { act: "opened", title, body, labels, branch, head };
    },
  ],
  ["pushed", ({ head }) => (isId(head) ? { act: "pushed", head } : undefined)],
  [
    "reviewed",
    ({ verdict: written, body, head }) => {
      const verdict = verdicts.find((known) => known === written);
      if (verdict === undefined || typeof body !== "string" || !isId(head)) return undefined;
      return { act: "reviewed", verdict, body, head };
    },
  ],
  ["commented", ({ body }) => (typeof body === "string" ? { act: "commented", body } : undefined)],
  [
    "labelled",
    ({ labels: written }) => {
      const labels = readLabels(written);
      return labels && { act: "labelled", labels };
    },
  ],
  [
    "merged",
    ({ method: written, head, commit }) => {
      const method = mergeMethods.find((known) => known === written);
      if (method === undefined || !isId(head) || !isId(commit)) return undefined;
      return { act: "merged", method, head, commit };
    },
  ],
  [
    "closed",
    ({ reason, head }) =>
      typeof reason === "string" && isId(head) ? { act: "closed", reason, head } : undefined,
  ],
]);

function readLabels(json: unknown): readonly string[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const labels = json.filter((label) => typeof label === "string");
  return labels.length === json.length ? [...new Set(labels)] : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isId(json: unknown): json is string {
  return typeof json === "string" && /^[0-9a-f]{40}$/.test(json);
}

function isTime(json: unknown): json is string {
  if (typeof json !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(json)) return false;
  const time = Date.parse(json);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(json.slice(0, -1));
}
