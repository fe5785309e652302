import { describe, expect, it } from "vitest";
import { parseCronExpression } from "../../../src/controller/triggers/cron-expression.ts";
import { startCron } from "../../../src/controller/triggers/cron.ts";
import { silentLog } from "../../../src/shared/log.ts";

describe("parseCronExpression", () => {
  it.each([
    "* * * * *",
    "0 3 * * *",
    "*/15 0-6 1,15 jan-mar MON-FRI",
    " 5 4\t* * 7 ",
    "0-30/10 * * * *",
  ])("takes %j", (text) => {
    expect(parseCronExpression(text).ok).toBe(true);
  });

  it.each([
    { name: "seconds as a sixth field", text: "*/5 * * * * *" },
    { name: "too few fields", text: "* * * *" },
    { name: "a range backwards", text: "0 5-1 * * *" },
    { name: "a step beyond the field", text: "*/90 * * * *" },
    { name: "a step of nothing", text: "*/0 * * * *" },
    { name: "a step of one value", text: "5/10 * * * *" },
    { name: "minute 60", text: "60 * * * *" },
    { name: "month 0", text: "0 0 1 0 *" },
    { name: "words elsewhere", text: "mon * * * *" },
    { name: "macros", text: "@daily" },
    { name: "nothing", text: "" },
    { name: "an endless list", text: `${"1,".repeat(5)} * * * *` },
  ])("refuses $name", ({ text }) => {
    expect(parseCronExpression(text).ok).toBe(false);
  });
});

describe("startCron", () => {
  it("refuses a bad entry by its code", () => {
    const start = () =>
      startCron(() => undefined, { entry: "resync of a", expression: "bad", log: silentLog });

    expect(start).toThrow(expect.objectContaining({ code: "CONTROLLER_CRON_INVALID" }));
  });

  it("starts and stops", async () => {
    const options = { entry: "resync of a", expression: "0 3 * * *", log: silentLog };
    const stop = startCron(() => undefined, options);

    await expect(stop()).resolves.toBeUndefined();
  });
});
