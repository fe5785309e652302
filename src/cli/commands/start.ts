import { relative, resolve } from "node:path";
import type { AppOptions } from "../../usecases/app-options.ts";
import { defineProcessCommand, type ProcessContext } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderApply } from "../render/apply.ts";

export const startCommand = defineProcessCommand({
  name: "start",
  group: "operate",
  summary: "Seed a registry from the sample, adopt it and serve it: what npm start does.",
  arguments: [],
  options: {},
  examples: [],
  hidden: true,

  async run(context) {
    const { options, terminal, signal, verbose, serve } = context;
    const data = resolve(options.cwd, options.data ?? ".cairn");
    const { repository, created } = await context.seedSample({
      target: resolve(data, "sample.git"),
    });
    const own: AppOptions = {
      ...options,
      data,
      registry: repository,
      stores: resolve(data, "stores"),
    };
    const { paint } = terminal;
    terminal.out(
      created
        ? `${paint("green", "+")} seeded ${shown(repository, options)} from sample-registry/`
        : `${paint("dim", "=")} found ${shown(repository, options)}`,
    );
    await adoptOnce(context, own);
    await serve({
      options: own,
      work: { kind: "reconcile" },
      verbose,
      color: terminal.errColor,
      stderr: terminal.stderr,
      signal,
      onListening: (url) => terminal.out(renderNext(repository, url, context)),
    });
    terminal.out("Stopped.");
    return ExitCode.ok;
  },
});

async function adoptOnce({ openApp, terminal }: ProcessContext, own: AppOptions): Promise<void> {
  const app = await openApp(own);
  try {
    const { adopted } = await app.status();
    if (adopted) return;
    const report = await app.adopt({ withStages: true });
    terminal.out(`${renderApply(report, terminal.paint)}\n`);
  } finally {
    await app.close();
  }
}

/** Three things to type next: they change a real file, and something happens within seconds. */
function renderNext(repository: string, url: string | undefined, context: ProcessContext): string {
  const { options, terminal } = context;
  const { paint } = terminal;
  const registry = shown(repository, options);
  const data = shown(resolve(options.cwd, options.data ?? ".cairn"), options);
  const steps = [
    ["Clone the registry:", `git clone ${registry} my-registry`],
    [
      "Change an asset, and push:",
      `(cd my-registry && echo '# a change' >> components/prep/src/prep.py && git commit -am 'Change the prep step' && git push)`,
    ],
    [
      "Look what it did:",
      `node dist/main.js history --registry ${registry} --data ${data} --stores ${data}/stores`,
    ],
  ] as const;
  const lines = steps.map(
    ([says, line], index) => `  ${index + 1}. ${says}\n     ${paint("cyan", line)}`,
  );
  return [
    "",
    `${paint("green", "●")} Serving ${registry}${url === undefined ? "" : ` on ${clean(url)}`}`,
    "",
    "Try next, in another terminal:",
    ...lines,
    "",
    paint("dim", "Ctrl-C stops it."),
  ].join("\n");
}

/** A path as one would type it here, quoted where the shell would split it. */
function shown(path: string, { cwd }: AppOptions): string {
  const near = relative(cwd, path);
  const short = clean(near === "" || near.startsWith("..") ? path : near);
  return /^[\w./-]+$/.test(short) ? short : `'${short.replaceAll("'", String.raw`'\''`)}'`;
}
