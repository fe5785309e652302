import { describe, expect, it } from "vitest";

import { licenseProblem, meantLicense } from "../../src/domain/license-expression.ts";

describe("a licence", () => {
  it.each([
    "MIT",
    "mit",
    "Apache-2.0",
    "GPL-2.0+",
    "LGPL-2.1-or-later",
    "0BSD",
    "CC-BY-NC-SA-4.0",
    "MIT OR Apache-2.0",
    "(MIT OR Apache-2.0) AND BSD-3-Clause",
    "((MIT))",
    "mit or isc",
    "GPL-2.0-or-later WITH Classpath-exception-2.0",
    "GPL-3.0-only WITH AdditionRef-own AND (MIT)",
    "LicenseRef-own",
    "DocumentRef-spdx:LicenseRef-own",
    "MIT AND LicenseRef-a.b-c",
  ])("%s is one", (expression) => {
    expect(licenseProblem(expression)).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["proprietary", '"proprietary" is no SPDX identifier'],
    ["Apache 2.0", '"Apache" is no'],
    ["MIT Apache-2.0", 'and not "Apache-2.0"'],
    ["MIT OR", "lacks an identifier"],
    ["OR MIT", "lacks an identifier"],
    ["MIT AND OR ISC", "lacks an identifier"],
    ["()", "lacks an identifier"],
    ["(MIT", '"(" without'],
    ["MIT)", '")" without'],
    ["MIT) OR (ISC", '")" without'],
    ["MIT WITH", "no SPDX exception"],
    ["MIT WITH nothing", '"nothing" is no SPDX exception'],
    ["MIT, mostly", '"MIT," is no'],
    ["LicenseRef-", "is no SPDX identifier"],
    ["LicenseRef-a/b", "is no SPDX identifier"],
    ["(".repeat(60), "too many parentheses"],
    ["MIT OR ".repeat(1000), "longer than"],
  ])("%s is none", (expression, words) => {
    expect(licenseProblem(expression)).toContain(words);
  });

  it.each([
    ["apache 2.0", "Apache-2.0"],
    ["Apache License, Version 2.0", "Apache-2.0"],
    ["Apache-2", "Apache-2.0"],
    ["The MIT License", "MIT"],
    ["BSD 3-Clause", "BSD-3-Clause"],
    ["new BSD license", "BSD-3-Clause"],
    ["CC BY-SA 4.0", "CC-BY-SA-4.0"],
    ["cc0", "CC0-1.0"],
    ["MPL v2", "MPL-2.0"],
  ])("%s certainly means %s", (text, id) => {
    expect(meantLicense(text)).toBe(id);
    expect(licenseProblem(id)).toBeUndefined();
  });

  it.each(["GPLv3", "LGPL 2.1", "BSD", "other", "public domain", "proprietary", "", "MIT OR ISC"])(
    "%s means nothing certain",
    (text) => {
      expect(meantLicense(text)).toBeUndefined();
    },
  );
});
