/** What was thrown, as an error with a stack. */
export const bugOf = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error('something was thrown', { cause: thrown });
