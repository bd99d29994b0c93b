const uint = (text: string, most: number): number | null =>
  /^\d+$/.test(text) && Number(text) <= most ? Number(text) : null;

/**
 * Reads an AS number as Calico does (api/pkg/lib/numorstring): `64512`, or two halves with a dot, `1.10` for 65546; null for
 * anything else, blanks and signs included.
 */
export function parseAsNumber(text: string): number | null {
  const whole = uint(text, 0xffff_ffff);
  if (whole !== null) return whole;
  const halves = text.split('.');
  const [high, low] = halves.map((half) => uint(half, 0xffff));
  if (halves.length !== 2 || high === undefined || low === undefined) return null;
  return high === null || low === null ? null : high * 0x1_0000 + low;
}
