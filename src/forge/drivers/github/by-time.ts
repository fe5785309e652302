/** Oldest first, for `sort`; both in UTC, so that they compare as text. */
export function byTime(left: { readonly at: string }, right: { readonly at: string }): number {
  if (left.at === right.at) return 0;
  return left.at < right.at ? -1 : 1;
}
