const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d(?:\.\d+)?)(?:[Zz]|([+-])(\d\d):(\d\d))$/;

// Days from 1970-01-01 in the proleptic Gregorian calendar. `Date` is not for this room: the only clock is the snapshot's.
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Seconds since 1970 of an RFC 3339 time (fractions kept); null if it is none. */
export function secondsOf(time: string | null | undefined): number | null {
  const match = rfc3339.exec(time ?? '');
  if (!match) return null;
  const [, year, month, day, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = match;
  const zone = sign
    ? (Number(zoneHours) * 3600 + Number(zoneMinutes) * 60) * (sign === '-' ? -1 : 1)
    : 0;
  const days = daysOf(Number(year), Number(month), Number(day));
  return days * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - zone;
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** The RFC 3339 time, in UTC and whole seconds, of so many seconds since 1970; null for what is no such number. */
export function timeOf(seconds: number): string | null {
  if (!Number.isFinite(seconds) || seconds < 0) return null;
  // The inverse of `daysOf`, with years that begin in March.
  const days = Math.floor(seconds / 86_400) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const leaps =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const rest = Math.floor(seconds % 86_400);
  const clock = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60), rest % 60].map(pad);
  return `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)}T${clock.join(':')}Z`;
}

/** Seconds from `earlier` to `later`, negative if they stand the other way round; null if one of them is no time. */
export function secondsBetween(
  earlier: string | null | undefined,
  later: string | null | undefined,
): number | null {
  const from = secondsOf(earlier);
  const to = secondsOf(later);
  return from === null || to === null ? null : to - from;
}

/** True if both are times and the first is earlier than the second. */
export function isBefore(a: string | null | undefined, b: string | null | undefined): boolean {
  return (secondsBetween(a, b) ?? 0) > 0;
}

/** The newest of the times given; null if there is none among them. */
export function newest(times: Iterable<string | null | undefined>): string | null {
  let best: { readonly time: string; readonly seconds: number } | null = null;
  for (const time of times) {
    const seconds = secondsOf(time);
    if (time && seconds !== null && (best === null || seconds > best.seconds))
      best = { time, seconds };
  }
  return best?.time ?? null;
}
