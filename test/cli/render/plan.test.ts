import { expect, it } from "vitest";
import { paintPlain } from "../../../src/cli/ansi.ts";
import { renderPending } from "../../../src/cli/render/pending.ts";
import { renderActions } from "../../../src/cli/render/plan.ts";

const asset = "models/taxi-fare";

it("has a line for everything that is done to stages, versions and the policy", () => {
  const text = renderActions(
    [
      { kind: "accept", asset, stage: "test", version: "3" },
      { kind: "roll-back", asset, stage: "prod", version: "1" },
      { kind: "withdraw", asset, stage: "dev", version: "2" },
      { kind: "wait", asset, stage: "prod", version: "3", reasons: ["24 hours in test."] },
      { kind: "block", asset, stage: "prod", reasons: ["1 of 2 approvals.", "Too\u001B late."] },
      { kind: "accept-policy", commit: "c0ffee0123456789" },
      { kind: "deprecate", asset, version: "1" },
      { kind: "end-deprecation", asset, version: "2" },
    ],
    paintPlain,
  );

  expect(text).toMatchInlineSnapshot(`
    "Accept
      ✓ models/taxi-fare@3  in test

    Roll back
      ↩ models/taxi-fare@1  in prod

    Withdraw
      - models/taxi-fare@2  from dev

    Wait
      … models/taxi-fare@3  in prod  24 hours in test.

    Block
      ✗ models/taxi-fare  in prod  1 of 2 approvals. Too� late.

    Accept the policy
      ✓ of c0ffee0123

    Deprecate
      ~ models/taxi-fare@1

    Deprecate no more
      ~ models/taxi-fare@2"
  `);
});

it("shows what is pending, and until when", () => {
  const item = { asset, stage: "prod", runs: "1", wanted: "2", until: undefined } as const;
  const text = renderPending(
    [
      { ...item, outcome: "waiting", until: "2025-01-02T03:00:00Z", reason: "24 hours in test." },
      { ...item, outcome: "blocked", reason: "1 of 2 approvals." },
      { ...item, outcome: "undecided", wanted: undefined, reason: "Not looked at yet." },
    ],
    paintPlain,
  );

  expect(text).toMatchInlineSnapshot(`
    "Waiting
      … models/taxi-fare  prod  1 → 2  24 hours in test.  until 2025-01-02 03:00 UTC

    Not promoted
      ✗ models/taxi-fare  prod  1 → 2  1 of 2 approvals.

    Asked for without a pull request
      ✗ models/taxi-fare  prod  1 → nothing  Not looked at yet."
  `);
});
