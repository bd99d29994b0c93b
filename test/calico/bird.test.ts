import { expect, it } from 'vitest';
import { birdSessions, peerKey } from '../../internal/calico/bird.ts';
import { parseLog } from '../../internal/calico/log.ts';

const statesOf = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    [...birdSessions(parseLog(lines.join('\n')))].map(([key, { state }]) => [key, state]),
  );

it.each<[string, readonly string[], Record<string, string>]>([
  [
    'a peer that came up and one that did not',
    [
      'bird: Started',
      'bird: Mesh_10_0_0_2: Starting',
      'bird: Mesh_10_0_0_2: State changed to start',
      'bird: Mesh_10_0_0_2: State changed to up',
      'bird: Mesh_10_0_0_3: Starting',
    ],
    { '10_0_0_2': 'up', '10_0_0_3': 'start' },
  ],
  [
    'a session that was lost',
    ['bird: Mesh_10_0_0_2: State changed to up', 'bird: Mesh_10_0_0_2: State changed to start'],
    { '10_0_0_2': 'start' },
  ],
  [
    'what was before a restart of BIRD',
    ['bird: Mesh_10_0_0_2: State changed to up', 'bird: Started'],
    {},
  ],
  [
    'a peer that was taken out',
    ['bird: Mesh_10_0_0_2: State changed to up', 'bird: Mesh_10_0_0_2: Removing'],
    {},
  ],
  [
    'peers by configuration',
    [
      'bird: Node_10_9_0_1: State changed to up',
      'bird: Global_10_9_0_2_port_1179: State changed to start',
    ],
    { '10_9_0_1': 'up', '10_9_0_2': 'start' },
  ],
  [
    'lines of other protocols',
    ['bird: direct1: State changed to up', 'bird: device1: Starting'],
    {},
  ],
])('%s', (_name, lines, expected) => {
  expect(statesOf(lines)).toEqual(expected);
});

it('remembers why a session does not come up', () => {
  const sessions = birdSessions(
    parseLog(
      'bird: Mesh_10_0_0_2: State changed to start\nbird: Mesh_10_0_0_2: Error: No listening socket',
    ),
  );
  expect(sessions.get('10_0_0_2')?.error?.text).toContain('No listening socket');
});

it('names a peer as BIRD does', () => {
  expect([peerKey('10.0.0.2'), peerKey('fd00::2')]).toEqual(['10_0_0_2', 'fd00__2']);
});
