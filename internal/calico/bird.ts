import type { LogLine } from './log.ts';

/** What BIRD said last of a protocol: `up`, `start` (it tries to connect), `wait`, `down`, `feed`. */
export interface BirdSession {
  /** `Mesh`, `Node` or `Global`, as confd names its protocols (confd/etc/calico/confd/templates/bird.cfg.template). */
  readonly kind: string;
  /** The peer's address with `_` for each `.` or `:`. */
  readonly key: string;
  readonly state: string;
  /** The line that said so. */
  readonly line: LogLine;
  /** What BIRD last gave as the reason, such as `Error: No listening socket`; null if nothing. */
  readonly error: LogLine | null;
}

/** The address in the form that BIRD's protocol names have it. */
export const peerKey = (ip: string): string => ip.replaceAll(/[.:]/g, '_');

const stated = /^bird6?: (Mesh|Node|Global)_([0-9a-fA-F_]+?)(?:_port_\d+)?: State changed to (\w+)/;
const started =
  /^bird6?: (Mesh|Node|Global)_([0-9a-fA-F_]+?)(?:_port_\d+)?: (Starting|Initializing)$/;
const removed = /^bird6?: (Mesh|Node|Global)_([0-9a-fA-F_]+?)(?:_port_\d+)?: Removing/;
const failed =
  /^bird6?: (Mesh|Node|Global)_([0-9a-fA-F_]+?)(?:_port_\d+)?: ((?:Error|Received|BGP Error|Socket error|Connection (?:lost|closed)).*)$/;

function stateOf(message: string): { kind: string; key: string; state: string } | null {
  const match = stated.exec(message) ?? started.exec(message);
  if (!match) return null;
  const [, kind = '', key = '', word = ''] = match;
  return { kind, key, state: /^(Starting|Initializing)$/.test(word) ? 'start' : word };
}

/**
 * The sessions of a calico-node log at its end, by peer key: only what came after BIRD's last start counts.
 * BIRD's lines have no time; a name whose last state is not `up` is a peer that is not established.
 */
export function birdSessions(lines: readonly LogLine[]): ReadonlyMap<string, BirdSession> {
  const sessions = new Map<string, BirdSession>();
  for (const line of lines) {
    if (line.message === 'bird: Started') sessions.clear();
    const gone = removed.exec(line.message);
    if (gone?.[2]) sessions.delete(gone[2]);
    const error = failed.exec(line.message);
    const known = error?.[2] ? sessions.get(error[2]) : undefined;
    if (known) sessions.set(known.key, { ...known, error: line });
    const now = stateOf(line.message);
    if (now) {
      const earlier = sessions.get(now.key);
      sessions.set(now.key, {
        ...now,
        line,
        error: now.state === 'up' ? null : (earlier?.error ?? null),
      });
    }
  }
  return sessions;
}
