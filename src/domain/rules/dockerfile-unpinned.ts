import type { JsonValue } from "../../shared/json.ts";
import type { Instruction } from "../dockerfile.ts";
import { nameFew } from "../name-few.ts";
import { unboundedCondaPackage, unboundedPipPackage } from "../package-specs.ts";
import { shellCommands } from "../shell-words.ts";
import { dockerfiles } from "../supporting-texts.ts";
import type { Rule } from "./rule.ts";

export const dockerfileUnpinned: Rule = {
  id: "dockerfile-unpinned",
  severity: "warning",
  states: "What a Dockerfile installs with pip or conda has a version.",

  *check({ registry }) {
    for (const { path, text, instructions } of dockerfiles(registry)) {
      // Most have nothing of the kind, and need not be read in full.
      if (!text.includes("install") && !text.includes("create")) continue;
      const open = instructions.flatMap((instruction) =>
        openPackages(instruction).map((name) => ({ name, line: instruction.line })),
      );
      const [first] = open;
      if (first === undefined) continue;
      const names = nameFew(open.map(({ name }) => name));
      yield {
        message: `The image gets whatever version of ${names} is newest when it is built: write the version.`,
        at: { path, line: first.line, column: 1 },
      };
    }
  },
};

function openPackages({ keyword, args, body }: Instruction): readonly string[] {
  if (keyword !== "RUN" || !/install|create/.test(args + body)) return [];
  const script = body === "" ? args : body;
  const commands = args.startsWith("[") ? execForm(args) : shellCommands(script);
  return commands.flatMap((words) => installed(words));
}

/** `RUN ["pip", "install", "numpy"]`. */
function execForm(args: string): readonly (readonly string[])[] {
  try {
    const words: JsonValue = JSON.parse(args);
    if (!Array.isArray(words)) return [];
    return [words.filter((word): word is string => typeof word === "string")];
  } catch {
    return [];
  }
}

function installed(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => /^(?:install|create)$/.test(word));
  if (start < 1) return [];
  const program = programOf(words.slice(0, start));
  if (program === "pip" && words[start] === "install") return pipPackages(words.slice(start + 1));
  if (program === "conda") return condaPackages(words.slice(start + 1));
  return [];
}

function programOf(words: readonly string[]): "pip" | "conda" | undefined {
  const options = /^(?:sudo|exec|-\S*|[A-Z_]+=\S*)$/;
  const plain = words
    .filter((word) => word === "-m" || !options.test(word))
    .map((word) => word.slice(word.lastIndexOf("/") + 1));
  const [first = "", second, third] = plain;
  if (/^pip[0-9.]*$/.test(first)) return "pip";
  if (/^python[0-9.]*$/.test(first) && second === "-m" && third === "pip") return "pip";
  return /^(?:conda|mamba|micromamba)$/.test(first) ? "conda" : undefined;
}

const pipOptionsWithValue =
  /^(?:-[rciftd]|-e|--(?:requirement|constraint|index-url|extra-index-url|find-links|target|editable|trusted-host|prefix|root|cache-dir|timeout|retries|proxy|no-binary|only-binary|platform|python-version|implementation|abi|progress-bar|src|log|upgrade-strategy|config-settings|global-option|install-option|report|root-user-action|cert|client-cert|exists-action|python|keyring-provider|use-feature|use-deprecated|build-option))$/;

function pipPackages(words: readonly string[]): readonly string[] {
  // A file of constraints says the versions.
  if (words.some((word) => /^(?:-c.*|--constraint(?:=.*)?)$/.test(word))) return [];
  return packages(words, pipOptionsWithValue, unboundedPipPackage);
}

const condaOptionsWithValue =
  /^(?:-[cnpf]|--(?:channel|name|prefix|file|solver|subdir|platform|repodata-fn|revision|clone))$/;

function condaPackages(words: readonly string[]): readonly string[] {
  if (words.includes("--clone")) return [];
  return packages(words, condaOptionsWithValue, unboundedCondaPackage);
}

function packages(
  words: readonly string[],
  optionsWithValue: RegExp,
  nameOf: (word: string) => string | undefined,
): readonly string[] {
  const names: string[] = [];
  let isValue = false;
  for (const word of words) {
    const isOption = word.startsWith("-");
    // What starts otherwise is a path, a variable or `2>` of a redirection.
    if (!isValue && !isOption && /^(?!\d?>)[A-Za-z0-9]/.test(word) && !word.includes("`")) {
      const name = nameOf(word);
      if (name !== undefined) names.push(name);
    }
    isValue = isOption && optionsWithValue.test(word);
  }
  return names;
}
