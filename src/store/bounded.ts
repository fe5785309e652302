/**
 * Runs `work` for every item with at most `limit` at a time, in order of the items. The first
 * failure stops new work and is thrown after what runs has ended, so that nothing works on unseen.
 */
export async function forEachBounded<Item>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  async function worker(): Promise<void> {
    while (failures.length === 0) {
      const next = iterator.next();
      if (next.done === true) return;
      try {
        await work(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
  // oxlint-disable-next-line typescript/only-throw-error -- what was thrown is thrown on as it was
  if (failures.length > 0) throw failures[0];
}
