/** Runs a job for each item, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  count: number,
  job: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item);
  };
  await Promise.all(Array.from({ length: count }, worker));
}
