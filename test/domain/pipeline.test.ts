import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { stepsInCycle, type Step } from "../../src/domain/pipeline.ts";

function step(name: string, ...before: readonly string[]): Step {
  const inputs = Object.fromEntries(
    before.map((each, index) => [`i${index}`, `\${{parent.jobs.${each}.outputs.o}}`]),
  );
  return { name, value: { inputs }, pointer: ["jobs", name], component: undefined };
}

describe("steps that wait for each other", () => {
  it.each([
    { name: "none", steps: [step("a"), step("b", "a")], cycle: [] },
    { name: "one for itself", steps: [step("a", "a")], cycle: ["a"] },
    { name: "two", steps: [step("a", "b"), step("b", "a")], cycle: ["a", "b"] },
    {
      name: "not what leads to them or waits for them",
      steps: [step("first"), step("a", "first", "b"), step("b", "a"), step("last", "b")],
      cycle: ["a", "b"],
    },
    { name: "not a step that is not there", steps: [step("a", "none")], cycle: [] },
  ])("$name", ({ steps, cycle }) => {
    expect(stepsInCycle(steps)).toEqual(cycle);
  });

  it("are none where each waits only for earlier ones, in whatever order they are written", () => {
    const anyOrder = fc
      .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
      .map((rows) =>
        rows.map((row, index) =>
          step(`s${index}`, ...(index === 0 ? [] : row.map((each) => `s${each % index}`))),
        ),
      )
      .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length }));
    fc.assert(
      fc.property(anyOrder, (steps) => {
        expect(stepsInCycle(steps)).toEqual([]);
      }),
    );
  });

  it("are all of a ring, however long", () => {
    const size = 20_000;
    const ring = Array.from({ length: size }, (_, index) =>
      step(`s${index}`, `s${(index + 1) % size}`),
    );

    expect(stepsInCycle(ring)).toHaveLength(size);
  });
});
