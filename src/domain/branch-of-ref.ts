/** `main` of `refs/heads/main`. */
export function branchOfRef(ref: string): string {
  return ref.replace(/^refs\/heads\//, "");
}
