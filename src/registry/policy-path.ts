import { isPolicyTestPath } from "./policy-tests.ts";

/** The files of which one state is in force at a time: policies, workspaces, registry.yaml. */
export function isPolicyPath(path: string): boolean {
  return /^(?:policies\/|workspaces\/|registry\.yaml$)/.test(path) && !isPolicyTestPath(path);
}
