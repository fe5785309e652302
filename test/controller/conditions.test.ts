import { expect, it } from "vitest";
import {
  conditionsAfterError,
  isRetried,
  updateConditions,
} from "../../src/controller/conditions.ts";
import { CairnError, type ErrorKind } from "../../src/shared/errors.ts";
import type { Condition } from "../../src/usecases/app.ts";

const ready: Condition = { type: "Ready", status: "True", reason: "Applied", message: "" };
const first = new Date("2025-01-01T00:00:00Z");
const later = new Date("2025-01-02T00:00:00Z");

it("moves the transition time with the status only", () => {
  const before = updateConditions([], [ready], first);
  const same = updateConditions(before, [{ ...ready, reason: "Other", message: "x" }], later);
  const changed = updateConditions(same, [{ ...ready, status: "False" }], later);

  expect(same).toMatchObject([{ reason: "Other", lastTransitionTime: first.toISOString() }]);
  expect(changed).toMatchObject([{ status: "False", lastTransitionTime: later.toISOString() }]);
});

it.each<{ kind: ErrorKind; type: string; retried: boolean }>([
  { kind: "invalid", type: "Stalled", retried: false },
  { kind: "missing", type: "Stalled", retried: false },
  { kind: "denied", type: "Stalled", retried: false },
  { kind: "conflict", type: "Degraded", retried: true },
  { kind: "unavailable", type: "Degraded", retried: true },
  { kind: "internal", type: "Degraded", retried: true },
])("$kind leaves the registry $type", ({ kind, type, retried }) => {
  const error = new CairnError({ code: "GIT_GONE", kind, message: "No answer." });

  expect(isRetried(error)).toBe(retried);
  expect(conditionsAfterError(error)).toMatchObject([
    { type: "Ready", status: "False", reason: "GIT_GONE" },
    { type, status: "True", reason: "GIT_GONE", message: "No answer." },
    { type: "Reconciling", status: "False" },
  ]);
});
