import type { LoggedFault } from './lasting-signs.ts';
import { logField, type LogLine } from './log.ts';

/** What Felix logs when iptables does not take its rules (felix/iptables/table.go, v3.8–v3.32). */
export const iptablesFault = {
  pattern:
    /Failed to program iptables, (?:giving up after retries|loading diags before panic|will retry)|Failed to execute ip(?:\(6\)|6?)tables-restore command|ip6?tables(?:-legacy|-nft)?-save command failed|iptables-save failed because there are incompatible nft rules|Failed to find iptables command|Another app is currently holding the xtables lock/,
  // It tries about ten times within some seconds; another program that had the lock for a moment leaves such lines on healthy nodes.
  passing:
    /Failed to program iptables, will retry|Failed to execute ip(?:\(6\)|6?)tables-restore command|-save command failed(?! after retries)|^[^"]*Another app is currently holding the xtables lock/,
} as const satisfies LoggedFault;

/** The lines that say what was refused. */
export const iptablesReason =
  /tables-restore command|incompatible nft rules|xtables lock|Failed to find iptables command|-save command failed(?! after)/;

export type Refusal = 'lock' | 'foreign-rules' | 'no-program' | 'refused';

/** Which of iptables' failures a log is about. */
export function kindOfRefusal(text: string): Refusal {
  if (/incompatible nft rules|table .?`?\w+'? is incompatible, use 'nft' tool/.test(text))
    return 'foreign-rules';
  if (/xtables lock/.test(text)) return 'lock';
  return /Failed to find iptables command/.test(text) ? 'no-program' : 'refused';
}

const longest = 160;

/** What iptables printed, on one line; null where no line has it. */
export function ownWords(lines: readonly LogLine[]): string | null {
  for (const line of lines.toReversed()) {
    const output = logField(line, 'errorOutput') ?? logField(line, 'stderr');
    const said = output
      ?.replaceAll(/\\n|\s+/g, ' ')
      .replaceAll(/ {2,}/g, ' ')
      .trim();
    if (said)
      return said.length > longest ? `${said.slice(0, longest).replace(/\s+\S*$/, '')} …` : said;
  }
  return null;
}

/** The line that Felix writes once at its start where it was told to use another backend than the node has (v3.12 and newer). */
export const mismatchLine = /Iptables backend specified does not match the detected backend.*/;
