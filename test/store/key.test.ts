import * as fc from "fast-check";
import { expect, it } from "vitest";
import { isStoreKey, toStoreKey } from "../../src/store/key.ts";

it.each([
  "models/taxi-fare/1/model.onnx",
  "a",
  ".hidden",
  "a..b/c.d",
  "with space/é",
  "console/auxiliary",
  "x".repeat(255),
])("takes %j as it is", (text) => {
  expect(toStoreKey(text)).toBe(text);
});

it.each([
  ["empty", ""],
  ["parent", ".."],
  ["parent inside", "a/../b"],
  ["parent at the end", "a/.."],
  ["dot", "./a"],
  ["absolute", "/etc/passwd"],
  ["drive", "C:/x"],
  ["drive relative", "c:x"],
  ["backslash", "..\\x"],
  ["double slash", "a//b"],
  ["slash at the end", "a/"],
  ["NUL", "a\0b"],
  ["line feed", "a\nb"],
  ["delete", "a\u007f"],
  ["C1 control", "a\u0085"],
  ["text direction", "a\u202Etxt"],
  ["isolate", "a\u2066b"],
  ["not NFC", "e\u0301"],
  ["lone surrogate", "a\uD800"],
  ["dot at the end", "a./b"],
  ["space at the end", "a /b"],
  ["device", "CON"],
  ["device with suffix", "a/nul.txt"],
  ["numbered device", "COM1"],
  ["superscript device", "lpt¹"],
  ["staging", ".cairn-staging/x"],
  ["staging in capitals", ".Cairn-Staging/x"],
  ["long part", "x".repeat(256)],
  ["long", `${"x/".repeat(512)}x`],
  ["many bytes", `${"é/".repeat(342)}x`],
])("refuses %s", (_, text) => {
  expect(() => toStoreKey(text)).toThrow(expect.objectContaining({ code: "STORE_KEY_INVALID" }));
});

it("never lets text through that a path would resolve elsewhere", () => {
  const part = fc.constantFrom("..", ".", "", "a", "b.", "C:", "\\", "%2e%2e", "~", "a b", "\0");
  const separator = fc.constantFrom("/", "\\", "//", "");
  const hostile = fc
    .array(fc.tuple(part, separator), { maxLength: 8 })
    .map((p) => p.flat().join(""));
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "binary" })), (text) => {
      if (!isStoreKey(text)) return;
      const resolved = new URL(text.split("/").map(encodeURIComponent).join("/"), "file:///root/");
      expect(decodeURIComponent(resolved.pathname)).toBe(`/root/${text}`);
    }),
    { numRuns: 3000 },
  );
});
