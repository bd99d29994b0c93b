// Optimal string alignment: insertions, deletions, replacements, and two neighbours that changed places.
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + cost,
        row > 1 && column > 1 && isSwapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = last;
    last = next;
  }
  return last[b.length] ?? 0;
}

/** The known words that somebody may have meant: those with a few slips, else those that hold what was typed. At most three. */
export function nearest(word: string, known: readonly string[]): readonly string[] {
  const typed = word.toLowerCase().slice(0, 100);
  const slips = known
    .map((candidate) => ({ candidate, slips: distance(typed, candidate) }))
    .filter(({ candidate, slips: count }) => count <= Math.max(2, candidate.length / 4))
    .toSorted((a, b) => a.slips - b.slips)
    .map(({ candidate }) => candidate);
  const holding = known.filter((candidate) => typed.length > 2 && candidate.includes(typed));
  return [...new Set([...slips, ...holding])].slice(0, 3);
}
