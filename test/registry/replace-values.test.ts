import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { replaceValues } from "../../src/registry/replace-values.ts";

describe("values put at places", () => {
  it.each([
    { name: "a member", pointer: ["a"], value: 9, gives: { a: 9, b: [1, { c: 2 }] } },
    { name: "an item", pointer: ["b", 0], value: 9, gives: { a: 0, b: [9, { c: 2 }] } },
    { name: "deep below", pointer: ["b", 1, "c"], value: [], gives: { a: 0, b: [1, { c: [] }] } },
    {
      name: "a new member",
      pointer: ["b", 1, "d"],
      value: 9,
      gives: { a: 0, b: [1, { c: 2, d: 9 }] },
    },
    {
      name: "nothing where nothing is",
      pointer: ["x", "y"],
      value: 9,
      gives: { a: 0, b: [1, { c: 2 }] },
    },
    { name: "nothing in a text", pointer: ["a", "y"], value: 9, gives: { a: 0, b: [1, { c: 2 }] } },
    {
      name: "no item behind the last",
      pointer: ["b", 7],
      value: 9,
      gives: { a: 0, b: [1, { c: 2 }] },
    },
  ])("are $name", ({ pointer, value, gives }) => {
    const before = { a: 0, b: [1, { c: 2 }] };

    expect(replaceValues(before, [{ pointer, value }])).toEqual(gives);
    expect(before).toEqual({ a: 0, b: [1, { c: 2 }] });
  });

  it("let the later of two count", () => {
    const twice = [1, 2].map((value) => ({ pointer: ["a"], value }));

    expect(replaceValues({ a: 0 }, twice)).toEqual({ a: 2 });
  });

  it("keep the order of keys, and share what is not touched", () => {
    const before = { z: { y: 1 }, a: { b: 2 } };
    const after = replaceValues(before, [{ pointer: ["a", "b"], value: 3 }]);

    expect(JSON.stringify(after)).toBe('{"z":{"y":1},"a":{"b":3}}');
    expect(after["z"]).toBe(before.z);
  });

  it("may have any name", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant("__proto__")), fc.jsonValue(), (key, value) => {
        const before = Object.fromEntries([[key, 0] as const]);
        const json = JSON.parse(JSON.stringify(value)) as string;

        const after = replaceValues(before, [{ pointer: [key], value: json }]);
        expect(Object.entries(after)).toEqual([[key, json]]);
      }),
    );
  });
});
