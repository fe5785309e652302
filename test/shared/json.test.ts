import * as fc from "fast-check";
import { expect, it } from "vitest";
import { byCodeUnits, canonicalJson, type JsonValue } from "../../src/shared/json.ts";

it.each<{ name: string; value: JsonValue; text: string }>([
  {
    name: "RFC 8785 3.2.2: numbers, escapes and literals",
    value: {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    },
    text: '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  },
  {
    name: "RFC 8785 3.2.3: keys by UTF-16 code units",
    value: {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    },
    text: '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  },
  { name: "RFC 8785 appendix B: minus zero", value: -0, text: "0" },
  { name: "RFC 8785 appendix B: smallest", value: 5e-324, text: "5e-324" },
  {
    name: "RFC 8785 appendix B: largest",
    value: 1.7976931348623157e308,
    text: "1.7976931348623157e+308",
  },
  { name: "RFC 8785 appendix B: integer bound", value: 9007199254740992, text: "9007199254740992" },
  { name: "RFC 8785 appendix B: exponent form", value: 1e21, text: "1e+21" },
  { name: "RFC 8785 appendix B: plain form", value: 1e20, text: "100000000000000000000" },
  { name: "RFC 8785 appendix B: small", value: 0.000001, text: "0.000001" },
  { name: "RFC 8785 appendix B: smaller", value: 1e-7, text: "1e-7" },
  {
    name: "nested, in the order of keys at every level",
    value: { b: { d: 1, c: [{ z: 0, y: 0 }] }, a: {} },
    text: '{"a":{},"b":{"c":[{"y":0,"z":0}],"d":1}}',
  },
])("$name", ({ value, text }) => {
  expect(canonicalJson(value)).toBe(text);
});

it("does not depend on the order of keys", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const shuffled = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(shuffled as JsonValue)).toBe(canonicalJson(value as JsonValue));
    }),
  );
});

it("says what JSON says", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const again: unknown = JSON.parse(canonicalJson(value as JsonValue));
      expect(again).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it("orders text by code units, whatever the locale", () => {
  expect(["é", "z", "Z", "a", "\ud83d\ude00", "\ufb33"].sort(byCodeUnits)).toEqual([
    "Z",
    "a",
    "z",
    "é",
    "\ud83d\ude00",
    "\ufb33",
  ]);
});
