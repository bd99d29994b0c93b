import { isList, isRecord } from './json.ts';

/** What the API server's Status object says of an error beside its message. */
export interface StatusDetails {
  /** `Conflict`, `Invalid`, `TooManyRequests`, …; empty where it gives none. */
  readonly reason: string;
  readonly causes: readonly {
    readonly reason: string;
    readonly field: string;
    readonly message: string;
  }[];
  readonly retryAfterSeconds: number | null;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const causeOf = (cause: Readonly<Record<string, unknown>>) => ({
  reason: textOf(cause['reason']),
  field: textOf(cause['field']),
  message: textOf(cause['message']),
});

/** The Status object in the body of an answer; null where the body is something else, as from a proxy on the way. */
export function statusOf(
  body: string,
): (StatusDetails & { readonly message: string; readonly isWhole: boolean }) | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isRecord(parsed)) return null;
  const details = isRecord(parsed['details']) ? parsed['details'] : {};
  const seconds = details['retryAfterSeconds'];
  return {
    isWhole: parsed['kind'] === 'Status',
    message: textOf(parsed['message']),
    reason: textOf(parsed['reason']),
    causes: isList(details['causes']) ? details['causes'].filter(isRecord).map(causeOf) : [],
    retryAfterSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : null,
  };
}
