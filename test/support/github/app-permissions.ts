/** What an App of Cairn's has when it has everything. */
export const appPermissions = {
  metadata: "read",
  contents: "write",
  pull_requests: "write",
  issues: "write",
  checks: "write",
  statuses: "write",
  workflows: "write",
  members: "read",
};
