import { expect, it } from "vitest";
import { digestHex, DigestMeter, isDigest, sha256 } from "../../src/shared/digest.ts";

const empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

it("is SHA-256 as everybody writes it", () => {
  expect(sha256("")).toBe(empty);
  expect(sha256(new TextEncoder().encode("é"))).toBe(sha256("é"));
  expect(`sha256:${digestHex(sha256("x"))}`).toBe(sha256("x"));
});

it.each([
  { name: "a digest", text: empty, is: true },
  { name: "capitals", text: empty.toUpperCase(), is: false },
  { name: "a short one", text: empty.slice(0, -1), is: false },
  { name: "no algorithm", text: empty.slice(7), is: false },
  { name: "a line after it", text: `${empty}\n`, is: false },
])("isDigest: $name", ({ text, is }) => {
  expect(isDigest(text)).toBe(is);
});

it("collects the digest of what passes by in parts", () => {
  const meter = new DigestMeter();
  for (const part of ["mod", "el"]) meter.update(new TextEncoder().encode(part));
  expect(meter.sizeBytes).toBe(5);
  expect(meter.digest()).toBe(sha256("model"));
});
