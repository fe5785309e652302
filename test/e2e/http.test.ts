import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it, vi } from "vitest";

import type { ApplyReport } from "../../src/usecases/app.ts";
import { runCli, runCliJson, startCli } from "../support/cli.ts";
import { startGitServer } from "../support/git-server.ts";
import {
  createRegistryFixture,
  viewWorld,
  type RegistryFixture,
} from "../support/registry-fixture.ts";

const script = "components/prep/src/prep.py";

let fixture: RegistryFixture;
beforeAll(async () => {
  fixture = await createRegistryFixture();
});
afterAll(() => fixture.remove());

it("keeps a registry true over smart HTTP: adopt, apply and serve", async () => {
  const server = await startGitServer(fixture.folder);
  const url = `${server.url}/registry.git`;
  const here = { cwd: fixture.folder };
  const flags = ["--registry", url, "--data", "data", "--stores", "stores"];
  await fixture.git("remote", "set-url", "origin", url);

  await runCliJson<ApplyReport>(["adopt", "--with-stages", ...flags], here);
  await changeScript("one");
  const applied = await runCliJson<ApplyReport>(["apply", ...flags], here);
  expect(applied.done.map(({ kind }) => kind)).toContain("publish");
  expect((await viewWorld(fixture)).stores).toContain("dev/assets/components/prep/2/src/prep.py");

  const config = `registries: [{ name: contoso-ml, url: "${url}", poll: 1s }]\n`;
  await writeFile(join(fixture.folder, "cairn.yaml"), config);
  const serving = serve(["serve", "--port", "0", "--data", "data", "--stores", "stores"]);
  const address = await vi.waitFor(() => serving.address(), 20_000);
  await vi.waitFor(async () => {
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
  }, 20_000);
  await changeScript("two");
  await vi.waitFor(async () => {
    const { tags, stores } = await viewWorld(fixture);
    expect(tags.join("\n")).toContain("components/prep@v3 ");
    expect(stores).toContain("dev/assets/components/prep/3/src/prep.py");
  }, 20_000);
  serving.interrupt();
  expect(await serving.ended).toBe(0);
}, 90_000);

it("says that the remote wants credentials, and shows none", async () => {
  const server = await startGitServer(fixture.folder);
  server.requireLogin("cairn", "right-secret");
  const url = server.url.replace("://", "://cairn:wrong-secret@");
  const flags = ["--registry", `${url}/registry.git`, "--data", "data", "--stores", "stores"];
  const { exitCode, stdout, stderr } = await runCli(["apply", "--verbose", ...flags], {
    cwd: fixture.folder,
  });
  expect(exitCode).toBe(3);
  expect(stderr).toContain("GIT_REMOTE_DENIED");
  expect(stdout + stderr).not.toContain("wrong-secret");
});

async function changeScript(word: string): Promise<void> {
  const text = await fixture.read(script);
  await fixture.change(`Change prep: ${word}`, { [script]: `${text}# ${word}\n` });
}

interface Serving {
  /** Throws until the program listens. */
  readonly address: () => string;
  readonly interrupt: () => void;
  readonly ended: Promise<number | null>;
}

function serve(args: readonly string[]): Serving {
  const child = startCli(args, { cwd: fixture.folder });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  child.stderr?.resume();
  return {
    address: () => {
      const [found] = /http:\/\/[\d.]+:\d+/.exec(output) ?? [];
      if (found === undefined) throw new Error(`It does not listen yet: ${output}`);
      return found;
    },
    interrupt: () => child.kill("SIGINT"),
    ended: new Promise((resolve) => child.once("close", resolve)),
  };
}
