/**
 * How often a request is tried. `brief`: a person waits to hear that nobody is there. `little`: throttling and broken
 * connections only, for answers that come from a node or an add-on, whose errors last. `long`: about half a minute, for a
 * server that starts anew in the middle of a change.
 */
export type Patience = 'normal' | 'brief' | 'little' | 'long';

const attempts: Readonly<Record<Patience, number>> = { normal: 5, brief: 3, little: 3, long: 9 };
const firstDelayMs = 400;
const longestDelayMs = 10_000;

// Connections that were refused, cut or could not be looked up for the moment; a wrong certificate will be wrong again.
const passingCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** True if another try may get another answer to this HTTP status. */
export function isPassingStatus(status: number, patience: Patience): boolean {
  if (status === 429) return true;
  return patience !== 'little' && [500, 502, 503, 504].includes(status);
}

/** True if a request that failed with this system error code may succeed when sent again. */
export const isPassingCode = (code: string): boolean => passingCodes.has(code);

/** True if `attempt` (the first is 1) was not the last one. */
export const mayTryAgain = (attempt: number, patience: Patience): boolean =>
  attempt < attempts[patience];

/** Milliseconds that a `Retry-After` header asks for (seconds or an HTTP date, RFC 9110 10.2.3); null if it says nothing. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  const value = header?.trim() ?? '';
  if (value === '') return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/**
 * Milliseconds to wait after the attempt that failed (the first is 1): what the server asked for, else twice as long each
 * time. `chance` is a random number from 0 to 1: clients that failed together must not come back together.
 */
export function delayAfter(attempt: number, askedMs: number | null, chance: number): number {
  if (askedMs !== null) return askedMs + chance * firstDelayMs;
  const whole = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return whole / 2 + (chance * whole) / 2;
}
