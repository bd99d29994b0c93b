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

// nest/proto.c and proto/bgp of projectcalico/bird (1.6). A line of another process may stand right behind the state.
const session = String.raw`^bird6?: (?<kind>Mesh|Node|Global)_(?<key>[0-9a-fA-F_]+?)(?:_port_\d+)?: `;
const stated = new RegExp(`${session}State changed to (?<state>[a-z]+)`);
const initialized = new RegExp(`${session}Initializing`);
const started = new RegExp(`${session}Starting`);
const failed = new RegExp(
  `${session}(?:Error|Received|BGP Error|Socket error|Connection (?:lost|closed))`,
);
const added = /^bird6?: Adding protocol \w+?_([0-9a-fA-F_]+?)(?:_port_\d+)?$/;
const removed =
  /^bird6?: (?:Removing protocol \w+?_([0-9a-fA-F_]+?)(?:_port_\d+)?$|\w+?_([0-9a-fA-F_]+?)(?:_port_\d+)?: Removing)/;

const isIPv4 = (key: string): boolean => /^\d+_\d+_\d+_\d+$/.test(key);

const groupsOf = (pattern: RegExp, line: LogLine): Readonly<Record<string, string>> | null =>
  pattern.exec(line.message)?.groups ?? null;

const nameIn = (groups: Readonly<Record<string, string>>): { kind: string; key: string } => ({
  kind: groups['kind'] ?? '',
  key: groups['key'] ?? '',
});

/** What a line says of a session's state; null if it is about something else. */
function stateOf(line: LogLine): { kind: string; key: string; state: string } | null {
  const groups = groupsOf(stated, line);
  const start = groups ?? groupsOf(initialized, line) ?? groupsOf(started, line);
  return start ? { ...nameIn(start), state: groups?.['state'] ?? 'start' } : null;
}

/**
 * The sessions of a calico-node log at its end, by peer key: only what came after BIRD's last start counts.
 * BIRD's lines have no time; a name whose last state is not `up` is a peer that is not established. BIRD names its sessions
 * before it says "Started", and bird6 says that under the same name: a new start shows in a session that is made anew.
 */
export function birdSessions(lines: readonly LogLine[]): ReadonlyMap<string, BirdSession> {
  const sessions = new Map<string, BirdSession>();
  for (const line of lines) {
    if (!line.message.startsWith('bird')) continue;
    const gone = removed.exec(line.message) ?? added.exec(line.message);
    if (gone) sessions.delete(gone[1] ?? gone[2] ?? '');
    const made = groupsOf(initialized, line)?.['key'];
    if (made !== undefined && sessions.has(made)) {
      for (const key of sessions.keys()) if (isIPv4(key) === isIPv4(made)) sessions.delete(key);
    }
    const error = groupsOf(failed, line);
    const now = error ? null : stateOf(line);
    if (error) {
      const name = nameIn(error);
      sessions.set(name.key, {
        ...name,
        state: 'start',
        line,
        ...sessions.get(name.key),
        error: line,
      });
    } else if (now) {
      const reason = now.state === 'up' ? null : (sessions.get(now.key)?.error ?? null);
      sessions.set(now.key, { ...now, line, error: reason });
    }
  }
  return sessions;
}
