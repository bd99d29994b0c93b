/** A JSON object, as opposed to a list, a string, a number or nothing. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list, its entries unknown (`Array.isArray` would make them `any`). */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
