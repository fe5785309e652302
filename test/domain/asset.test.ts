import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  formatAssetKey,
  kindOfPlural,
  nameProblem,
  parseAssetKey,
} from "../../src/domain/asset.ts";
import { anyAssetId } from "../support/domain-builders.ts";

it.each([
  { name: "hyphen", text: "taxi-fare" },
  { name: "one letter", text: "a" },
  { name: "one digit", text: "7" },
  { name: "dots inside", text: "sklearn-1.5" },
  { name: "capitals", text: "AzureML-x" },
  { name: "underscore at the end", text: "a_" },
  { name: "255 characters", text: "x".repeat(255) },
  { name: "lock inside", text: "a.lock.b" },
])("takes a name with $name", ({ text }) => {
  expect(nameProblem(text)).toBeUndefined();
});

it.each([
  { name: "nothing", text: "" },
  { name: "256 characters", text: "x".repeat(256) },
  { name: "a leading hyphen", text: "-a" },
  { name: "a leading dot", text: ".a" },
  { name: "a leading underscore", text: "_a" },
  { name: "a space", text: "a b" },
  { name: "a slash", text: "a/b" },
  { name: "a colon", text: "a:b" },
  { name: "an at sign", text: "a@b" },
  { name: "a hash", text: "a#b" },
  { name: "a tilde", text: "a~1" },
  { name: "other letters", text: "modèle" },
  { name: "a line feed at the end", text: "a\n" },
  { name: "two dots", text: "a..b" },
  { name: "a dot at the end", text: "a." },
  { name: ".lock at the end", text: "a.lock" },
  { name: ".LOCK at the end", text: "a.LOCK" },
  { name: "a template", text: "{{name}}" },
])("refuses a name with $name", ({ text }) => {
  expect(nameProblem(text)).toBeTypeOf("string");
});

it("reads back every key it writes", () => {
  fc.assert(
    fc.property(anyAssetId, (id) => {
      expect(parseAssetKey(formatAssetKey(id))).toEqual({ ok: true, value: id });
    }),
  );
});

it.each([
  "",
  "models",
  "models/",
  "/taxi-fare",
  "model/taxi-fare",
  "Models/taxi-fare",
  "endpoints/taxi-fare",
  "models/a/b",
  "taxi-fare",
  "models1",
  "datas",
  "data-holdout",
  "toString/x",
])("refuses the key %j", (text) => {
  expect(parseAssetKey(text).ok).toBe(false);
});

it.each([
  ["models", "model"],
  ["environments", "environment"],
  ["components", "component"],
  ["data", "data"],
  ["model", undefined],
  ["codes", undefined],
  ["constructor", undefined],
])("%s means the kind %s", (plural, kind) => {
  expect(kindOfPlural(plural)).toBe(kind);
});
