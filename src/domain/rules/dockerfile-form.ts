import { dockerfiles } from "../supporting-texts.ts";
import type { Rule } from "./rule.ts";

export const dockerfileForm: Rule = {
  id: "dockerfile-form",
  severity: "error",
  states: "A Dockerfile starts with FROM; only ARG may stand before it.",

  *check({ registry }) {
    for (const { path, instructions } of dockerfiles(registry)) {
      const start = instructions.find(({ keyword }) => keyword !== "ARG");
      if (start === undefined) {
        const message = "The Dockerfile has no FROM: say which image to build on.";
        yield { message, at: { path, line: 1, column: 1 } };
        continue;
      }
      // A template decides what the first line becomes.
      if (start.keyword === "FROM" || /^[{$]/.test(start.keyword)) continue;
      yield {
        message: `The Dockerfile starts with ${start.keyword.slice(0, 40)}: write FROM and an image first.`,
        at: { path, line: start.line, column: 1 },
      };
    }
  },
};
