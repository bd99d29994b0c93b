const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number behind a Kubernetes quantity (`250m`, `16Gi`): cores, bytes, pods; 0 for what is none. */
export function amountOf(quantity: string | number | undefined): number {
  const match = /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(n|u|m|k|[KMGTPE]i?)?$/.exec(
    String(quantity ?? ''),
  );
  return match ? Number(match[1]) * (factors[match[2] ?? ''] ?? 0) : 0;
}

// Days from the first of March of the year 0: leap days come last, so that months are 153 days for each five.
function dayNumber(year: number, month: number, day: number): number {
  const y = month < 3 ? year - 1 : year;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day;
}

/**
 * Seconds from one time to another, as the API server writes times (RFC 3339 in UTC, parts of a second left out); null where one of
 * them is no such time.
 */
export function secondsFrom(earlier: string | undefined, later: string): number | null {
  const [from, to] = [earlier ?? '', later].map((time) => {
    const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z$/.exec(time);
    if (!match) return null;
    const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match
      .slice(1)
      .map(Number);
    return dayNumber(year, month, day) * 86_400 + hours * 3600 + minutes * 60 + seconds;
  });
  return from === null || from === undefined || to === null || to === undefined ? null : to - from;
}
