import type { Command } from "./command.ts";

/** Every command by name, in the order of the help; a file is read when its command is used. */
const commandTable: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import("./commands/init.ts")).initCommand,
  register: async () => (await import("./commands/register.ts")).registerCommand,
  validate: async () => (await import("./commands/validate.ts")).validateCommand,
  watch: async () => (await import("./commands/watch.ts")).watchCommand,
  check: async () => (await import("./commands/check.ts")).checkCommand,
  diff: async () => (await import("./commands/diff.ts")).diffCommand,
  render: async () => (await import("./commands/render.ts")).renderCommand,
  promote: async () => (await import("./commands/promote.ts")).promoteCommand,
  rollback: async () => (await import("./commands/rollback.ts")).rollbackCommand,
  withdraw: async () => (await import("./commands/withdraw.ts")).withdrawCommand,
  hold: async () => (await import("./commands/hold.ts")).holdCommand,
  deprecate: async () => (await import("./commands/deprecate.ts")).deprecateCommand,
  archive: async () => (await import("./commands/archive.ts")).archiveCommand,
  explain: async () => (await import("./commands/explain.ts")).explainCommand,
  "pr open": async () => (await import("./commands/pr-open.ts")).prOpenCommand,
  "pr list": async () => (await import("./commands/pr-list.ts")).prListCommand,
  "pr show": async () => (await import("./commands/pr-show.ts")).prShowCommand,
  "pr approve": async () => (await import("./commands/pr-approve.ts")).prApproveCommand,
  "pr request-changes": async () =>
    (await import("./commands/pr-request-changes.ts")).prRequestChangesCommand,
  "pr comment": async () => (await import("./commands/pr-comment.ts")).prCommentCommand,
  "pr merge": async () => (await import("./commands/pr-merge.ts")).prMergeCommand,
  "pr close": async () => (await import("./commands/pr-close.ts")).prCloseCommand,
  adopt: async () => (await import("./commands/adopt.ts")).adoptCommand,
  plan: async () => (await import("./commands/plan.ts")).planCommand,
  apply: async () => (await import("./commands/apply.ts")).applyCommand,
  serve: async () => (await import("./commands/serve.ts")).serveCommand,
  sync: async () => (await import("./commands/sync.ts")).syncCommand,
  status: async () => (await import("./commands/status.ts")).statusCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  gc: async () => (await import("./commands/gc.ts")).gcCommand,
  "incident list": async () => (await import("./commands/incident-list.ts")).incidentListCommand,
  "incident resolve": async () =>
    (await import("./commands/incident-resolve.ts")).incidentResolveCommand,
  "policy explain": async () => (await import("./commands/policy-explain.ts")).policyExplainCommand,
  "policy test": async () => (await import("./commands/policy-test.ts")).policyTestCommand,
  "policy accept": async () => (await import("./commands/policy-accept.ts")).policyAcceptCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  start: async () => (await import("./commands/start.ts")).startCommand,
  list: async () => (await import("./commands/list.ts")).listCommand,
  show: async () => (await import("./commands/show.ts")).showCommand,
  history: async () => (await import("./commands/history.ts")).historyCommand,
  which: async () => (await import("./commands/which.ts")).whichCommand,
  resolve: async () => (await import("./commands/resolve.ts")).resolveCommand,
  pull: async () => (await import("./commands/pull.ts")).pullCommand,
};

export const commandNames: readonly string[] = Object.keys(commandTable);

export async function loadCommands(names: readonly string[]): Promise<readonly Command[]> {
  const loaders = names.flatMap((name) => commandTable[name] ?? []);
  return Promise.all(loaders.map(async (load) => load()));
}
