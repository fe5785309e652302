import type {
  CheckReport,
  MoveReport,
  PlannedDelivery,
  ProposalReport,
  PullRequestDetail,
  PullRequestItem,
} from "../../src/usecases/app.ts";

const digest = `sha256:${"a1b2c3d4".repeat(8)}` as const;

/** A change that does nothing, with what a test says about it. */
export function checkReport(overrides: Partial<CheckReport> = {}): CheckReport {
  return {
    registry: "contoso-ml",
    pullRequest: 12,
    head: "1111111111111111111111111111111111111111",
    base: "2222222222222222222222222222222222222222",
    outcome: "passed",
    summary: "prod: taxi-fare 1 → 2",
    conflicts: [],
    findings: [],
    otherFindings: 0,
    versions: [],
    moves: [],
    policy: undefined,
    refusals: [],
    warnings: [],
    deliveries: [],
    impact: [],
    ...overrides,
  };
}

export function moveReport(overrides: Partial<MoveReport> = {}): MoveReport {
  return {
    asset: "models/taxi-fare",
    stage: "prod",
    move: "promotion",
    version: "2",
    runs: "1",
    outcome: "passed",
    until: undefined,
    gates: [{ gate: "order", outcome: "passed", reason: "Accepted in test." }],
    metrics: [],
    ...overrides,
  };
}

export function delivery(overrides: Partial<PlannedDelivery> = {}): PlannedDelivery {
  return {
    workspace: "prod-eu",
    stage: "prod",
    region: "westeurope",
    asset: "models/taxi-fare",
    version: "2",
    files: 3,
    sizeBytes: 12_582_912,
    ...overrides,
  };
}

/** A promotion of which everything can be said, and much is wrong. */
export const fullReport = checkReport({
  outcome: "failed",
  summary: "prod: taxi-fare 1 → 2; 1 of 4 gates fails",
  findings: [
    {
      rule: "owner-missing",
      severity: "warning",
      message: "Nobody owns it.",
      path: "models/taxi-fare/model.yaml",
      line: 3,
      column: 1,
    },
  ],
  otherFindings: 2,
  versions: [
    {
      asset: "models/taxi-fare",
      version: "3",
      digest,
      sameAs: "1",
      files: 3,
      sizeBytes: 4300,
    },
  ],
  moves: [
    moveReport({
      outcome: "failed",
      gates: [
        { gate: "order", rule: "prod: **", outcome: "passed", reason: "Accepted in test." },
        { gate: "approvals", rule: "prod: **", outcome: "failed", reason: "1 of 2 approvals." },
        {
          gate: "soak",
          rule: "prod: **",
          outcome: "waiting",
          reason: "24 hours in test.",
          until: "2025-01-02T03:00:00Z",
        },
        { gate: "soak", rule: "prod: models/**", outcome: "passed", reason: "1 hour in test." },
      ],
      metrics: [{ metric: "r2 on taxi-holdout", from: 0.921, to: 0.934 }],
    }),
  ],
  policy: {
    outcome: "failed",
    paths: ["policies/promotion.yaml"],
    reasons: ["No owner of the policy approved."],
  },
  refusals: ["components/prep: its version 4 is taken."],
  deliveries: [
    delivery(),
    delivery({ asset: "environments/train", version: "5", files: 1, sizeBytes: 512 }),
    delivery({ workspace: "prod-us", region: "eastus" }),
  ],
  impact: [
    {
      asset: "models/taxi-fare",
      usedBy: ["endpoints/taxi-fare/blue", "jobs/train.yml"],
      runsIn: ["prod 1"],
    },
  ],
});

export const pullRequest: PullRequestItem = {
  number: 12,
  title: "Promote models/taxi-fare 2 to prod",
  state: "open",
  author: "ann",
  openedAt: "2025-01-01T00:00:00Z",
  head: "1111111111111111111111111111111111111111",
  branch: "cairn/promote-taxi-fare-prod",
  labels: ["hotfix"],
  merged: undefined,
};

export function pullRequestDetail(overrides: Partial<PullRequestDetail> = {}): PullRequestDetail {
  return {
    ...pullRequest,
    body: "Better recall.\n\nAt weekends.",
    pushes: [],
    reviews: [],
    comments: [],
    check: checkReport(),
    ...overrides,
  };
}

export function proposal(overrides: Partial<ProposalReport> = {}): ProposalReport {
  return { pullRequest, created: true, check: checkReport(), merged: undefined, ...overrides };
}
