/**
 * A place for things that can be computed again: the folded ledger, digests of blobs. Losing it
 * costs time and nothing else.
 */
export interface Cache {
  get(key: string): Promise<string | undefined>;
  set(key: string, text: string): Promise<void>;
}
