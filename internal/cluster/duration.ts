import { UserError } from '../model/error.ts';

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const wholeSeconds = /^\d+$/;
const goDuration = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;
const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/**
 * Reads a value of `--request-timeout` as kubectl does: whole seconds (`30`) or a Go duration (`30s`, `1m30s`, `500ms`).
 * Returns milliseconds; 0 means no limit. Anything else is a UserError.
 */
export function parseTimeout(text: string): number {
  const value = text.trim();
  if (wholeSeconds.test(value)) return Number(value) * 1000;
  if (!goDuration.test(value)) {
    throw new UserError(`"${text}" is not a length of time`, {
      hint: '--request-timeout takes seconds or a number with a unit: 30, 30s, 1m, 500ms; 0 means no limit.',
    });
  }
  let ms = 0;
  for (const [, amount, unit] of value.matchAll(part))
    ms += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  return ms;
}
