import { branchOfRef } from "../../domain/branch-of-ref.ts";
import { openIncidents } from "../../domain/plan/incidents.ts";
import { toCairnError } from "../../shared/errors.ts";
import type { DoctorReport } from "../app.ts";
import { deriveLedgerPlan } from "../reconcile/derive.ts";
import { observe, type Observation } from "../reconcile/observe.ts";
import type { RegistrySession } from "../session.ts";
import { checkGitHubFiles, checkPeople } from "./doctor-host.ts";

type Check = DoctorReport["checks"][number];

/**
 * Looks at everything a reconcile needs, one thing after the other, and says what to do about
 * what is not right. Writes nothing.
 */
export async function doctor(session: RegistrySession): Promise<DoctorReport> {
  const checks: Check[] = [];
  const observation = await attempt(checks, "remote", () => observe(session.mirror, session.cache));
  if (observation === undefined) return { checks };
  checks.push(...observationChecks(session, observation));
  checks.push(...(await hostChecks(session, observation)));
  if (observation.head === undefined || observation.state === undefined) return { checks };
  const plan = await attempt(checks, "branch", () => deriveLedgerPlan(session, observation));
  if (plan === undefined) return { checks };
  const errors = plan.findings.filter(({ severity }) => severity === "error").length;
  checks.push(
    errors === 0
      ? passed("findings", "The registry on the branch has no error.")
      : failed(
          "findings",
          `${errors} errors on the branch hold something back.`,
          "cairn validate shows them.",
        ),
  );
  for (const workspace of plan.registry?.workspaces ?? []) {
    const store = await attempt(checks, `store of ${workspace.name}`, async () => {
      const opened = await session.openStore(workspace.store);
      await opened.head("index.json");
      await opened.checkWritable();
      return opened;
    });
    if (store !== undefined)
      checks.push(
        passed(`store of ${workspace.name}`, `${store.name} answers and can be written.`),
      );
  }
  return { checks };
}

function observationChecks(
  session: RegistrySession,
  { head, state }: Observation,
): readonly Check[] {
  const branch = branchOfRef(session.mirror.branch);
  const incidents = state === undefined ? 0 : openIncidents(state).length;
  return [
    passed("remote", `${session.url} answers.`),
    head === undefined
      ? failed(
          "branch",
          `There is no commit on ${branch}.`,
          "Push one; cairn init writes a first registry.",
        )
      : passed("branch", `${branch} is at ${head.slice(0, 12)}.`),
    state === undefined
      ? failed("adoption", "The registry is not adopted.", "Run cairn adopt.")
      : passed(
          "adoption",
          `Adopted ${state.adoptedAt}; the ledger has ${state.eventCount} events.`,
        ),
    incidents === 0
      ? passed("incidents", "No incident is open.")
      : {
          check: "incidents",
          outcome: "warning",
          message: `${incidents} open.`,
          hint: "cairn incident list shows them.",
        },
  ];
}

/** Each part alone: a token that may not do one thing may do others. */
async function hostChecks(
  session: RegistrySession,
  { head, state }: Observation,
): Promise<readonly Check[]> {
  const { host } = session;
  if (host === undefined) return [];
  const checks: Check[] = [];
  const parts: readonly (readonly [string, () => Promise<readonly Check[]>])[] = [
    ["host", () => host.inspect()],
    ...(head === undefined
      ? []
      : [["files for GitHub", () => checkGitHubFiles(session, head)] as const]),
    ...(state === undefined ? [] : [["people", () => checkPeople(session, state)] as const]),
  ];
  for (const [name, run] of parts) checks.push(...((await attempt(checks, name, run)) ?? []));
  return checks;
}

async function attempt<Value>(
  checks: Check[],
  check: string,
  run: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await run();
  } catch (error) {
    const { message, hint } = toCairnError(error);
    checks.push(failed(check, message, hint));
    return undefined;
  }
}

function passed(check: string, message: string): Check {
  return { check, outcome: "ok", message };
}

function failed(check: string, message: string, hint: string | undefined): Check {
  return { check, outcome: "failed", message, ...(hint === undefined ? {} : { hint }) };
}
