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

/** What is wrong with a value, each with its place. */
type Check = (value: unknown, at: string) => readonly string[];
type Members = Readonly<Record<string, Check>>;

const that =
  (words: string, holds: (value: unknown) => boolean): Check =>
  (value, at) =>
    holds(value) ? [] : [`${at} is not ${words}: ${JSON.stringify(value)}`];
const text = that("a text", (value) => typeof value === "string");
/** Counted from 1 (SARIF 2.1.0, 3.30.5 and 3.30.6). */
const position = that("a position", (value) => Number.isInteger(value) && Number(value) >= 1);
const index = that("an index", (value) => Number.isInteger(value) && Number(value) >= 0);
/** A relative reference of RFC 3986: no scheme, no absolute path, everything else encoded. */
const relativeUri = that(
  "a relative URI",
  (value) =>
    typeof value === "string" && /^(?!\/)(?:[A-Za-z0-9\-._~!*'()/]|%[0-9A-F]{2})*$/.test(value),
);
const oneOf = (...values: readonly unknown[]): Check =>
  that(`one of ${values.join(", ")}`, (value) => values.includes(value));
const listOf =
  (check: Check, least = 0): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length < least) return [`${at} is no list of ${least}`];
    return value.flatMap((item: unknown, number) => check(item, `${at}[${number}]`));
  };
/** The specification closes its objects: other members are not allowed. */
const object =
  (required: Members, optional: Members = {}): Check =>
  (value, at) => {
    if (!isObject(value)) return [`${at} is no object`];
    const missing = Object.keys(required).filter((name) => !Object.hasOwn(value, name));
    return [
      ...missing.map((name) => `${at} has no ${name}`),
      ...Object.entries(value).flatMap(([name, member]) => {
        const check = required[name] ?? optional[name];
        return check?.(member, `${at}.${name}`) ?? [`${at} has ${name}`];
      }),
    ];
  };
const mapOf =
  (check: Check): Check =>
  (value, at) =>
    isObject(value)
      ? Object.entries(value).flatMap(([name, member]) => check(member, `${at}.${name}`))
      : [`${at} is no object`];

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

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
    ruleIndex: index,
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
 * What is wrong with a document as SARIF 2.1.0, in the parts that Cairn writes: required members,
 * closed objects, enumerations, and indexes that name what they should.
 */
export function sarifProblems(value: unknown): readonly string[] {
  const problems = log(value, "sarif");
  return problems.length > 0 ? problems : (value as SarifLog).runs.flatMap(indexProblems);
}

function indexProblems({ tool, results }: SarifLog["runs"][number]): readonly string[] {
  const ids = tool.driver.rules.map(({ id }) => id);
  const twice = ids.filter((id, number) => ids.indexOf(id) !== number);
  const wrong = results.filter(
    ({ ruleId, ruleIndex }) => ruleIndex !== undefined && ids[ruleIndex] !== ruleId,
  );
  return [
    ...twice.map((id) => `the rule ${id} is there twice`),
    ...wrong.map(({ ruleId }) => `a result of ${ruleId} points at another rule`),
  ];
}
