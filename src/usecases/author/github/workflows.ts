import { actionUnknown, type GitHubChoices } from "./choices.ts";

/**
 * The check of every pull request. `pull_request` gives a fork no secret and a token that can
 * only read; `pull_request_target` would give it both, so it is not used.
 */
export function checkWorkflow({ action }: GitHubChoices): string {
  const [place = actionUnknown, ref = "REF"] = action?.split("@") ?? [];
  const unknown =
    action === undefined
      ? "      # Put in where your copy of Cairn is, and the full id of a commit that you trust.\n"
      : "";
  return `# Written by "cairn init --github". Nothing of the pull request is checked out or run here.
name: cairn

on:
  pull_request:
    types: [opened, synchronize, reopened, edited, labeled, unlabeled]
  merge_group:

permissions: {}

concurrency:
  group: cairn-\${{ github.event.pull_request.number || github.event.merge_group.head_sha }}
  cancel-in-progress: true

jobs:
  # The ruleset asks for a check of this name.
  cairn:
    name: cairn
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read # the registry, and the commits that are proposed
      pull-requests: read # reviews, labels, who pushed
      checks: read # what other programs say, for the gate "checks"
      statuses: read
    steps:
${unknown}      - uses: ${place}/.github/actions/cairn@${ref}
`;
}

/**
 * A review changes the answer, and a run for `pull_request_review` is a check of its own that takes
 * no other's place: so it repeats the run that counts. In a file of its own, because a job that is
 * skipped counts as passed.
 */
export const reviewWorkflow = `# Written by "cairn init --github": repeats the check when somebody has reviewed.
name: cairn review

on:
  pull_request_review:
    types: [submitted, edited, dismissed]

permissions: {}

concurrency:
  group: cairn-review-\${{ github.event.pull_request.number }}
  cancel-in-progress: true

jobs:
  repeat:
    name: repeat the check
    runs-on: ubuntu-latest
    timeout-minutes: 20
    permissions:
      actions: write # a fork's token cannot write: then a person repeats the check
    steps:
      - name: Repeat the check
        env:
          GH_TOKEN: \${{ github.token }}
          GH_REPO: \${{ github.repository }}
          HEAD: \${{ github.event.pull_request.head.sha }}
        run: |
          run=$(gh run list --workflow cairn.yml --event pull_request --commit "$HEAD" --limit 1 --json databaseId --jq '.[0].databaseId')
          if [ -z "$run" ]; then
            echo "There is no run of the check to repeat."
            exit 0
          fi
          gh run watch "$run" > /dev/null || true
          if ! gh run rerun "$run"; then
            echo "::notice::This token cannot repeat the check, as it is for pull requests of forks: choose \\"Re-run all jobs\\" at the check cairn."
          fi
`;
