import { describe, expect, it } from "vitest";
import type { PublishedEvent } from "../../../src/domain/ledger/event.ts";
import { assetState, type AssetState } from "../../../src/domain/ledger/state.ts";
import {
  becomesLatest,
  decidePublication,
  type LandedAsset,
} from "../../../src/domain/plan/publication.ts";
import { digestOf, published, stateOf } from "../../support/domain-builders.ts";

interface Case {
  readonly name: string;
  readonly landed?: Partial<LandedAsset>;
  readonly versions?: readonly Partial<PublishedEvent>[];
  readonly taken?: readonly string[];
  readonly outcome: object;
}

const old = digestOf("old");
const now = digestOf("now");

const publish = (version: string, sameAs?: string): object => ({
  outcome: "publish",
  version,
  sameAs,
});
const refuse = (rule: string): object => ({ outcome: "refuse", rule });

describe("without a version in the manifest", () => {
  it.each<Case>([
    { name: "the first version is 1", outcome: publish("1") },
    { name: "the next follows", versions: [{ digest: old }], outcome: publish("2") },
    {
      name: "the same content has its version",
      versions: [{ digest: old }, { version: "2", digest: now }],
      outcome: { outcome: "unchanged", version: "2" },
    },
    {
      name: "older content gets a new version that says so",
      versions: [{ digest: now }, { version: "2", digest: old }],
      outcome: publish("3", "1"),
    },
    {
      name: "the newest of several older ones is named",
      versions: [
        { digest: now },
        { version: "2", digest: old },
        { version: "3", digest: now },
        { version: "4", digest: old },
      ],
      outcome: publish("5", "3"),
    },
    {
      name: "it goes on after an explicit version",
      versions: [{ version: "7", digest: old }],
      outcome: publish("8"),
    },
    {
      name: "a foreign tag is passed over",
      versions: [{ digest: old }],
      taken: ["models/taxi-fare@v2", "models/taxi-fare@v3"],
      outcome: publish("4"),
    },
    { name: "another asset's tag is not", taken: ["models/taxi@v1"], outcome: publish("1") },
    {
      name: "the tag of an own version in other words is passed over",
      versions: [{ version: "v1", digest: old }],
      outcome: publish("2"),
    },
    { name: "semver needs one", landed: { scheme: "semver" }, outcome: refuse("version-scheme") },
    {
      name: "explicit needs one",
      landed: { scheme: "explicit" },
      outcome: refuse("version-scheme"),
    },
    {
      name: "unless the content has one already",
      landed: { scheme: "semver" },
      versions: [{ version: "1.0.0", digest: now }],
      outcome: { outcome: "unchanged", version: "1.0.0" },
    },
  ])("$name", (given) => {
    expect(decide(given)).toMatchObject(given.outcome);
  });
});

describe("with a version in the manifest", () => {
  const explicit = (version: string, scheme: LandedAsset["scheme"] = "explicit") => ({
    explicitVersion: version,
    scheme,
  });

  it.each<Case>([
    { name: "it is taken literally", landed: explicit("2024-01-a"), outcome: publish("2024-01-a") },
    {
      name: "gaps are its author's business",
      landed: explicit("7", "integer"),
      outcome: publish("7"),
    },
    {
      name: "a lower one is a backport",
      landed: explicit("1.0.1", "semver"),
      versions: [{ version: "2.0.0", digest: old }],
      outcome: publish("1.0.1"),
    },
    {
      name: "the same content is published already",
      landed: explicit("1"),
      versions: [{ digest: now }, { version: "2", digest: old }],
      outcome: { outcome: "unchanged", version: "1" },
    },
    {
      name: "published content is immutable",
      landed: explicit("1"),
      versions: [{ digest: old }],
      outcome: refuse("version-immutable"),
    },
    {
      name: "the content of another version is named",
      landed: explicit("2"),
      versions: [{ digest: now }],
      outcome: publish("2", "1"),
    },
    {
      name: "it must fit the scheme",
      landed: explicit("1.0", "semver"),
      outcome: refuse("version-scheme"),
    },
    { name: "a label is none", landed: explicit("latest"), outcome: refuse("version-scheme") },
    {
      name: "a foreign tag of that name refuses it",
      landed: explicit("3", "integer"),
      taken: ["models/taxi-fare@v3"],
      outcome: refuse("tag-taken"),
    },
    {
      name: "so does an own version with the same tag",
      landed: explicit("v1"),
      versions: [{ version: "1", digest: old }],
      outcome: refuse("tag-taken"),
    },
  ])("$name", (given) => {
    expect(decide(given)).toMatchObject(given.outcome);
  });
});

it.each([
  { name: "the first", versions: [], version: "1", is: true },
  { name: "a higher one", versions: ["1"], version: "2", is: true },
  { name: "a backport", versions: ["2.0.0"], version: "1.0.1", is: false },
  { name: "a prerelease", versions: ["1.0.0"], version: "2.0.0-rc.1", is: false },
  { name: "a first prerelease", versions: [], version: "1.0.0-rc.1", is: false },
  {
    name: "the first release after prereleases",
    versions: ["2.0.0-rc.1"],
    version: "1.0.0",
    is: true,
  },
  { name: "one without order", versions: ["b"], version: "a", is: true },
])("$name becomes the latest: $is", ({ versions, version, is }) => {
  expect(becomesLatest(assetOf(versions.map((known) => ({ version: known }))), version)).toBe(is);
});

function decide({ landed = {}, versions = [], taken = [] }: Case): object {
  const asset: LandedAsset = {
    key: "models/taxi-fare",
    explicitVersion: undefined,
    digest: now,
    scheme: "integer",
    ...landed,
  };
  return decidePublication(asset, assetOf(versions), (tag) => taken.includes(tag));
}

function assetOf(versions: readonly Partial<PublishedEvent>[]): AssetState | undefined {
  return assetState(stateOf(...versions.map((version) => published(version))), "models/taxi-fare");
}
