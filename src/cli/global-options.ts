import type { OptionSpecs } from "./command.ts";

/** Understood before and after every command. */
export const globalOptions = {
  registry: {
    type: "text",
    value: "PATH|URL",
    summary: "The registry to work on (CAIRN_REGISTRY; else the repository around this folder).",
  },
  data: {
    type: "text",
    value: "DIR",
    summary: "Where Cairn keeps its cache (CAIRN_DATA; else .cairn).",
  },
  config: { type: "text", value: "FILE", summary: "The operator's configuration, cairn.yaml." },
  stores: {
    type: "text",
    value: "DIR",
    summary: "The folder of file stores whose root is relative; allows them.",
  },
  forge: {
    type: "text",
    value: "HOST",
    summary: "Where pull requests are: github, or local (CAIRN_FORGE; else local).",
  },
  json: { type: "flag", summary: "Print the answer as one JSON document." },
  noColor: { type: "flag", summary: "Print without colours (NO_COLOR does the same)." },
  verbose: { type: "flag", summary: "Say more about the work, and show the trace of an error." },
} as const satisfies OptionSpecs;
