import { expect, it } from "vitest";
import { CairnError, hasCode, toCairnError } from "../../src/shared/errors.ts";

const known = new CairnError({ code: "STORE_OBJECT_MISSING", kind: "missing", message: "x" });

it.each([
  { name: "a Cairn error with the code", error: known, has: true },
  {
    name: "a system error with the code",
    error: Object.assign(new Error("x"), { code: "ENOENT" }),
    has: true,
  },
  { name: "another code", error: Object.assign(new Error("x"), { code: "EPERM" }), has: false },
  { name: "an error without code", error: new Error("ENOENT"), has: false },
  { name: "no error", error: { code: "ENOENT" }, has: false },
  { name: "nothing", error: undefined, has: false },
])("hasCode: $name", ({ error, has }) => {
  expect(hasCode(error, "ENOENT", "STORE_OBJECT_MISSING")).toBe(has);
});

it("leaves a Cairn error as it is and wraps everything else as a bug", () => {
  expect(toCairnError(known)).toBe(known);
  for (const thrown of [new TypeError("x"), "x", undefined]) {
    const error = toCairnError(thrown);
    expect(error).toMatchObject({ code: "INTERNAL", kind: "internal" });
    expect(error.cause).toBe(thrown);
  }
});

it("does not call a disk's fault a bug", () => {
  const cause = Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
  expect(toCairnError(cause)).toMatchObject({ code: "DISK_UNUSABLE", kind: "unavailable", cause });
});
