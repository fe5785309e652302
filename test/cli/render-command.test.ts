import { expect, it } from "vitest";

import type { RenderReport } from "../../src/usecases/app.ts";
import { cairn } from "./harness.ts";

const report: RenderReport = {
  job: "jobs/train.yml",
  workspace: "prod",
  documents: [{ path: undefined, value: { type: "command" }, text: "type: command\n" }],
  findings: [],
};
const failed: RenderReport = {
  ...report,
  documents: [],
  findings: [
    {
      rule: "render-version",
      severity: "error",
      message: "Promote it first.",
      path: "jobs/train.yml",
      line: 4,
      column: 8,
    },
  ],
};

const argv = ["render", "jobs/train.yml", "--workspace", "prod"];

it("prints nothing but the document, so that it can be redirected", async () => {
  const { code, out, err } = await cairn(argv, { app: { render: async () => report } });

  expect({ code, out, err }).toEqual({ code: 0, out: "type: command\n", err: "" });
});

it("says what it wrote", async () => {
  const asked: unknown[] = [];
  const { out } = await cairn([...argv, "--output", "a.yml"], {
    app: {
      render: async (request) => {
        asked.push(request);
        return { ...report, documents: [{ path: "a.yml", value: {}, text: "" }] };
      },
    },
  });

  expect(asked).toEqual([{ job: "jobs/train.yml", workspace: "prod", output: "a.yml" }]);
  expect(out).toBe("+ a.yml\n");
});

it("keeps findings out of the document and ends with 1", async () => {
  const { code, out, err } = await cairn(argv, { app: { render: async () => failed } });

  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toBe("jobs/train.yml:4:8 error Promote it first. [render-version]\n");
});

it("prints the report as JSON", async () => {
  const { code, out } = await cairn([...argv, "--json"], { app: { render: async () => failed } });

  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual(failed);
});

it("needs a workspace", async () => {
  expect((await cairn(["render", "jobs/train.yml"])).code).toBe(2);
});
