import { describe, expect, it } from "vitest";

import {
  hasSingleEquals,
  includedFile,
  unboundedCondaPackage,
  unboundedPipPackage,
} from "../../src/domain/package-specs.ts";

describe("a package of conda", () => {
  it.each([
    ["numpy", "numpy"],
    ["conda-forge::numpy", "numpy"],
    ["numpy>=1.2", "numpy"],
    ["numpy >1.2", "numpy"],
    ["numpy!=1.3", "numpy"],
    ["numpy=*", "numpy"],
    ["python", "python"],
    ["python[version='>=3.8']", "python"],
  ])("%s is open", (spec, name) => {
    expect(unboundedCondaPackage(spec)).toBe(name);
  });

  it.each([
    "numpy=1.2",
    "numpy==1.2",
    "numpy 1.2",
    "numpy 1.2 py38_0",
    "numpy<2",
    "numpy>=1,<2",
    "python[version='3.8.*']",
    "python[version='>=3.8,<3.9']",
    "conda-forge::numpy=1.26.4",
    "pip",
    "setuptools",
    "wheel",
    "{{ package }}",
    "${PACKAGE}",
    "numpy={{ version }}",
    "https://conda.anaconda.org/x/linux-64/y-1.tar.bz2",
    "",
    " ",
    "=1",
    "__cuda",
  ])("%s is not", (spec) => {
    expect(unboundedCondaPackage(spec)).toBeUndefined();
  });
});

describe("a line for pip", () => {
  it.each([
    ["numpy", "numpy"],
    ["numpy # newest", "numpy"],
    ["scikit_learn[all]", "scikit_learn"],
    ["numpy>=1.2", "numpy"],
    ["numpy >= 1.2, != 1.3", "numpy"],
    ["numpy(>=1.2)", "numpy"],
    ["numpy; python_version < '3.9'", "numpy"],
    ["git+https://github.com/contoso/tools", "tools"],
    ["git+https://github.com/contoso/tools.git@main", "tools"],
    ["git+https://ann:hunter2@github.com/contoso/tools.git", "tools"],
    ["-e git+https://github.com/contoso/tools.git#egg=contoso_tools", "contoso_tools"],
    ["tools @ git+https://github.com/contoso/tools.git", "tools"],
  ])("%s is open", (line, name) => {
    expect(unboundedPipPackage(line)).toBe(name);
  });

  it.each([
    "numpy==1.2",
    "numpy===1.2",
    "numpy~=1.2",
    "numpy<2",
    "numpy<=2",
    "numpy>=1,<2",
    "numpy==1.2 --hash=sha256:00",
    "numpy[all]==1.2; python_version < '3.9'",
    "# numpy",
    "",
    "git+https://github.com/contoso/tools.git@v1.2",
    "pip",
    "-r other.txt",
    "--pre",
    "git+https://github.com/contoso/tools.git@0123456789abcdef0123456789abcdef01234567",
    "--index-url https://pypi.contoso.example/simple",
    "-e .",
    ".",
    "./tools",
    "../tools",
    "tools.whl",
    "./dist/tools-1-py3-none-any.whl",
    "https://contoso.example/tools.whl",
    "tools @ https://contoso.example/tools.whl",
    "{{latest-pypi-version}}",
    "$PACKAGE",
    "a b",
    "tools=={{latest-pypi-version}}",
  ])("%s is not", (line) => {
    expect(unboundedPipPackage(line)).toBeUndefined();
  });

  it.each([
    ["numpy=1.2", true],
    ["numpy[all] = 1.2", true],
    ["numpy==1.2", false],
    ["numpy>=1.2", false],
    ["numpy~=1.2", false],
    ["--index-url=x", false],
  ])("%s has one equals sign: %s", (line, has) => {
    expect(hasSingleEquals(line)).toBe(has);
  });

  it.each([
    ["-r base.txt", "base.txt"],
    ["-rbase.txt # all of it", "base.txt"],
    ["--requirement=base.txt", "base.txt"],
    ["requests", undefined],
  ])("%s takes in %s", (line, file) => {
    expect(includedFile(line)).toBe(file);
  });

  it.each([
    "a".repeat(500_000),
    "a ".repeat(200_000),
    `a[${"[".repeat(500_000)}`,
    `git+https://${"@".repeat(500_000)}`,
    `-e ${" ".repeat(500_000)}`,
    "a>=".repeat(200_000),
    " #".repeat(200_000),
  ])("that is long is looked at once", (line) => {
    const started = performance.now();
    unboundedPipPackage(line);
    unboundedCondaPackage(line);
    hasSingleEquals(line);
    includedFile(line);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
