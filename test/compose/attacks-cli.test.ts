import { describe, expect, it } from "vitest";

import { cairn } from "../cli/harness.ts";

/** Every command that writes to the pull-request host. */
const acting = [
  ["promote", "models/taxi", "--to", "test"],
  ["rollback", "models/taxi", "--stage", "test"],
  ["withdraw", "models/taxi", "--stage", "test"],
  ["hold", "models/taxi", "--stage", "test", "--reason", "audit"],
  ["deprecate", "models/taxi@1", "--reason", "it drifts"],
  ["archive", "models/taxi@1"],
  ["register", "model", "--name", "taxi", "--path", "x"],
  ["pr", "open"],
  ["pr", "approve", "1"],
  ["pr", "request-changes", "1", "--reason", "no"],
  ["pr", "comment", "1", "hello"],
  ["pr", "merge", "1"],
  ["pr", "close", "1"],
] as const;

const refuse = async (): Promise<never> => {
  throw new Error("nobody may ask for this");
};
const app = {
  promote: refuse,
  rollback: refuse,
  withdraw: refuse,
  hold: refuse,
  deprecate: refuse,
  archive: refuse,
  register: refuse,
  openPullRequest: refuse,
  reviewPullRequest: refuse,
  commentOnPullRequest: refuse,
  mergePullRequest: refuse,
  closePullRequest: refuse,
};

describe("an --as that names nobody", () => {
  it.each(acting.map((argv) => ({ line: argv.join(" "), argv })))(
    "is refused, not taken for Git's user: $line",
    async ({ argv }) => {
      for (const as of ["", "  "]) {
        const { code, err } = await cairn([...argv, "--as", as], { app });
        expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("--as") });
      }
    },
  );
});
