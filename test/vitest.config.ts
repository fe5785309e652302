import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    env: {
      TZ: "UTC",
      // A developer's own Git settings (signing, hooks, aliases) must not change what the tests see.
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
    },
    // Most tests wait for git: a core for each file, also where there are only two.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: ".ci/report.json" }]]
      : ["default"],
  },
});
