import type { Account } from "../../../domain/pull-request.ts";
import { answerBroken } from "../../errors.ts";

/** Who did something whose account is gone. */
const ghost: Account = { login: "ghost" };

/** An object of GitHub's that must have this shape; rejects with `FORGE_ANSWER_BROKEN`. */
export function readFields(value: unknown, where: string): Fields {
  if (!isRecord(value)) throw answerBroken(`${where} is no object.`);
  return new Fields(value, where);
}

export function readList(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw answerBroken(`${where} is no list.`);
  return value;
}

/** Reads members of one object. A member that is not what GitHub documents rejects, with its name. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #where: string;

  constructor(record: Readonly<Record<string, unknown>>, where: string) {
    this.#record = record;
    this.#where = where;
  }

  /** False also for `null`. */
  has(name: string): boolean {
    return this.#at(name) !== undefined;
  }

  /** Whatever it is, but not missing. */
  required(name: string): unknown {
    return this.#at(name) ?? this.#reject(name, "missing");
  }

  string(name: string): string {
    const value = this.#at(name);
    return typeof value === "string" ? value : this.#reject(name, "no text");
  }

  /** `undefined` for what is missing or `null`. */
  optionalString(name: string): string | undefined {
    return this.has(name) ? this.string(name) : undefined;
  }

  /** A whole number that is no id. */
  number(name: string): number {
    const value = this.#at(name);
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    return this.#reject(name, "no whole number");
  }

  /** The id of something: GitHub sends a number of up to 64 bits, or (GraphQL) a text. */
  id(name: string): string {
    const value = this.#at(name);
    const text = typeof value === "string" ? value : readWhole(value);
    return text === undefined || text === "" ? this.#reject(name, "no id") : text;
  }

  boolean(name: string): boolean {
    const value = this.#at(name);
    return typeof value === "boolean" ? value : this.#reject(name, "neither true nor false");
  }

  /** In UTC with milliseconds, so that times can be compared as text. */
  date(name: string): string {
    const text = this.string(name);
    const time = isoDate.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(time) ? this.#reject(name, "no time") : new Date(time).toISOString();
  }

  optionalDate(name: string): string | undefined {
    return this.has(name) ? this.date(name) : undefined;
  }

  /** The full id of a commit. */
  commit(name: string): string {
    const text = this.string(name);
    return commitId.test(text) ? text : this.#reject(name, "no id of a commit");
  }

  optionalCommit(name: string): string | undefined {
    return this.has(name) ? this.commit(name) : undefined;
  }

  object(name: string): Fields {
    return readFields(this.#record[name], `${this.#where}: ${name}`);
  }

  optionalObject(name: string): Fields | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  list(name: string): readonly unknown[] {
    return readList(this.#record[name], `${this.#where}: ${name}`);
  }

  objects(name: string): readonly Fields[] {
    return this.list(name).map((value) => readFields(value, `${this.#where}: ${name}`));
  }

  /** The members of an object that is used as a table. */
  entries(name: string): readonly (readonly [string, unknown])[] {
    const value = this.#at(name);
    return isRecord(value) ? Object.entries(value) : this.#reject(name, "no object");
  }

  /** Whoever is named there; `ghost` for an account that is gone. */
  account(name: string): Account {
    return readAccount(this.#at(name), `${this.#where}: ${name}`);
  }

  #at(name: string): unknown {
    const value = Object.hasOwn(this.#record, name) ? this.#record[name] : undefined;
    return value === null ? undefined : value;
  }

  #reject(name: string, what: string): never {
    throw answerBroken(`${this.#where}: ${name} is ${what}.`);
  }
}

/** An account of REST (`type`) or GraphQL (`__typename`); `null` is the ghost of one that is gone. */
export function readAccount(value: unknown, where: string): Account {
  if (value === null || value === undefined) return ghost;
  const fields = readFields(value, where);
  const login = fields.string("login");
  const type = fields.optionalString("type") ?? fields.optionalString("__typename");
  if (type !== "Bot" && !login.endsWith(botSuffix)) return { login };
  // GraphQL leaves out what REST and everybody else says.
  return { login: login.endsWith(botSuffix) ? login : `${login}${botSuffix}`, isBot: true };
}

const botSuffix = "[bot]";
const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;

function readWhole(value: unknown): string | undefined {
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
