import type { LogLine } from './log.ts';

// proto/bgp/bgp.c of projectcalico/bird 1.6: with the session's name (or "BGP") before each. "No listening socket" is what birdc and
// calicoctl show of it. musl says "Address in use", glibc "Address already in use".
const taken =
  /^bird6?: \S+: (?:Socket error: bind: Address (?:already )?in use|Error: No listening socket)/;
const failed = /^bird6?: \S+: Cannot open listening socket/;
const otherReason = /^bird6?: \S+: Socket error: (?!bind: Address (?:already )?in use)/;
const up = /^bird6?: (?:Mesh|Node|Global)_\S+: State changed to up/;

/**
 * The last line in which BIRD says that another program has its port, if no session came up since; null otherwise. BIRD does not
 * try again: its sessions stay disabled until it is started anew, even where the port is free by then.
 */
export function takenSocket(lines: readonly LogLine[]): LogLine | null {
  let found: LogLine | null = null;
  for (const [index, line] of lines.entries()) {
    const { message } = line;
    if (!message.startsWith('bird')) continue;
    if (taken.test(message)) found = line;
    else if (up.test(message)) found = null;
    else if (failed.test(message)) {
      const isOther = lines
        .slice(Math.max(0, index - 2), index)
        .some((before) => otherReason.test(before.message));
      found = isOther ? found : (found ?? line);
    }
  }
  return found;
}
