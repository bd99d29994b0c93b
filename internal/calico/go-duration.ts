const units: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  µs: 1e-6,
  us: 1e-6,
  ns: 1e-9,
};

/** Seconds of a duration as Go prints it (`1m2.5s`, `48ms`); null if it is none. */
export function goSeconds(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|µs|us|ns|s))+$/.test(text)) return null;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|µs|us|ns|s)/g))
    sum += Number(number) * (units[unit ?? ''] ?? 0);
  return sum;
}
