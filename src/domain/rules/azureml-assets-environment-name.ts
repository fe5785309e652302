import { judgedLayouts, placeOfName } from "../asset-layouts.ts";
import type { Rule, Violation } from "./rule.ts";

export const azuremlAssetsEnvironmentName: Rule = {
  id: "azureml-assets-environment-name",
  severity: "error",
  states:
    "The name of an environment says framework, system, Python and GPU driver in this order, each with its version.",

  *check({ registry }) {
    for (const layout of judgedLayouts(registry)) {
      const { name, type } = layout;
      if (type !== "environment" || name === undefined) continue;
      const at = placeOfName(layout);
      for (const { message, severity } of problemsOf(name)) {
        yield severity === undefined ? { message, at } : { message, at, severity };
      }
    }
  },
};

type Problem = Pick<Violation, "message" | "severity">;

const version = String.raw`[0-9]+(?:\.[0-9]+)?(?=-|$)`;
const frameworks = ["pytorch", "sklearn", "tensorflow"];
const drivers = ["cuda", "nccl"];
const python = "py3(?:8|9|1[0-9]+)";
const frameworkVersion = `(?:${frameworks.join("|")})-${version}`;
const systemVersion = `(?:centos|debian|win)${version}`;
const driverVersion = `(?:${drivers.join("|")})${version}`;
const order = `${frameworkVersion}(?:-${systemVersion})?(?:-${python})?(?:-(?:${driverVersion}|gpu))?`;

const patterns = {
  characters: /^[a-z][a-z0-9.-]{0,254}$/,
  framework: new RegExp(frameworkVersion),
  system: /centos|debian|\bwin\b/,
  systemVersion: new RegExp(systemVersion),
  python: new RegExp(python),
  driver: new RegExp(driverVersion),
  order: new RegExp(order),
};

function* problemsOf(name: string): Iterable<Problem> {
  const holds = (words: readonly string[]): boolean => words.some((word) => name.includes(word));
  if (!patterns.characters.test(name)) {
    yield {
      message: `The name "${name}" must start with a small letter and hold only small letters, digits, "." and "-".`,
    };
  }
  for (const word of ["ubuntu", "cpu"]) {
    if (name.includes(word)) yield { message: `The name "${name}" must not hold "${word}".` };
  }
  if (!holds(frameworks)) {
    const message = `The name "${name}" names no framework (${frameworks.join(", ")}).`;
    yield { message, severity: "warning" };
  } else yield* frameworkProblems(name);
  if (patterns.system.test(name) && !patterns.systemVersion.test(name)) {
    yield { message: `The name "${name}" lacks the version of its operating system.` };
  }
  if (patterns.python.test(name)) {
    const message = `The name "${name}" should hold the version of Python only if there is no other way.`;
    yield { message, severity: "warning" };
  }
  if (holds(drivers)) yield* driverProblems(name);
}

function* frameworkProblems(name: string): Iterable<Problem> {
  if (!patterns.framework.test(name)) {
    yield {
      message: `The name "${name}" lacks the version of its framework, such as pytorch-2.2.`,
    };
  }
  if (!patterns.order.test(name)) {
    yield {
      message: `The parts of the name "${name}" are out of order: framework, system, Python, GPU driver.`,
    };
  }
}

function* driverProblems(name: string): Iterable<Problem> {
  if (!patterns.driver.test(name)) {
    yield { message: `The name "${name}" lacks the version of its GPU driver, such as cuda12.1.` };
  }
  if (name.includes("gpu")) {
    yield { message: `The name "${name}" names a GPU driver, and so must not hold "gpu".` };
  }
}
