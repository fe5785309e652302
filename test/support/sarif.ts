import { expect } from "vitest";

export interface SarifLocation {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string };
    readonly region: { readonly startLine: number; readonly startColumn?: number };
  };
  readonly message?: { readonly text: string };
}

export interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex?: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly SarifLocation[];
      readonly relatedLocations?: readonly SarifLocation[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly suppressions?: readonly object[];
    }[];
  }[];
}

type Check = (value: unknown, at: string) => void;
type Members = Readonly<Record<string, Check>>;

const text: Check = (value, at) => expect(typeof value, at).toBe("string");
/** Counted from 1 (SARIF 2.1.0, 3.30.5 and 3.30.6). */
const position: Check = (value, at) => {
  expect(Number.isInteger(value) && Number(value) >= 1, at).toBe(true);
};
/** A relative reference of RFC 3986: no scheme, no absolute path, everything else encoded. */
const relativeUri: Check = (value, at) => {
  expect(value, at).toMatch(/^(?!\/)(?:[A-Za-z0-9\-._~!*'()/]|%[0-9A-F]{2})*$/);
};
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value, at) => {
    expect(values, at).toContain(value);
  };
const listOf =
  (check: Check, least = 0): Check =>
  (value, at) => {
    expect(Array.isArray(value), at).toBe(true);
    const items = value as readonly unknown[];
    expect(items.length, at).toBeGreaterThanOrEqual(least);
    for (const [index, item] of items.entries()) check(item, `${at}[${index}]`);
  };
/** The specification closes all its objects: other members are not allowed. */
const object =
  (required: Members, optional: Members = {}): Check =>
  (value, at) => {
    expect(typeof value === "object" && value !== null && !Array.isArray(value), at).toBe(true);
    const members = value as Readonly<Record<string, unknown>>;
    expect(Object.keys(members), at).toEqual(expect.arrayContaining(Object.keys(required)));
    for (const [name, member] of Object.entries(members)) {
      const check = required[name] ?? optional[name];
      expect(check, `${at}.${name} is a member that SARIF has`).toBeDefined();
      check?.(member, `${at}.${name}`);
    }
  };
const mapOf =
  (check: Check): Check =>
  (value, at) => {
    for (const [name, member] of Object.entries(value as object)) check(member, `${at}.${name}`);
  };

const level = oneOf("none", "note", "warning", "error");
const message = object({ text });
const location = object(
  {
    physicalLocation: object({
      artifactLocation: object({ uri: relativeUri, uriBaseId: oneOf("%SRCROOT%") }),
      region: object({ startLine: position }, { startColumn: position }),
    }),
  },
  { message },
);
const rule = object({
  id: text,
  shortDescription: message,
  help: message,
  defaultConfiguration: object({ level }),
});
const result = object(
  {
    ruleId: text,
    level,
    message,
    locations: listOf(location, 1),
    partialFingerprints: mapOf(text),
  },
  {
    ruleIndex: (value, at) => expect(Number.isInteger(value) && Number(value) >= 0, at).toBe(true),
    relatedLocations: listOf(location),
    suppressions: listOf(
      object({
        kind: oneOf("inSource", "external"),
        status: oneOf("accepted", "underReview", "rejected"),
        justification: text,
      }),
    ),
  },
);
const log = object({
  $schema: text,
  version: oneOf("2.1.0"),
  runs: listOf(
    object({
      tool: object({ driver: object({ name: text, rules: listOf(rule) }) }),
      columnKind: oneOf("utf16CodeUnits", "unicodeCodePoints"),
      originalUriBaseIds: mapOf(object({ description: message })),
      results: listOf(result),
    }),
    1,
  ),
});

/**
 * Holds a document against the parts of SARIF 2.1.0 that Cairn writes: required members, closed
 * objects, enumerations, and indexes that name what they should.
 */
export function expectSarif(value: unknown): SarifLog {
  log(value, "sarif");
  const sarif = value as SarifLog;
  for (const { tool, results } of sarif.runs) {
    const ids = tool.driver.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { ruleId, ruleIndex } of results) {
      expect(ruleIndex === undefined || ids[ruleIndex] === ruleId).toBe(true);
    }
  }
  return sarif;
}
