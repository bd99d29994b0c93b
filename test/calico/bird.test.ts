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
    [
      'bird: Mesh_10_0_0_2: State changed to up',
      'bird: Mesh_10_0_0_3: State changed to up',
      'bird: Started',
      'bird: device1: Initializing',
      'bird: Mesh_10_0_0_3: Initializing',
      'bird: Mesh_10_0_0_4: Initializing',
      'bird: Mesh_10_0_0_4: State changed to up',
    ],
    { '10_0_0_3': 'start', '10_0_0_4': 'up' },
  ],
  [
    'a peer that never came up, named before BIRD says that it has started',
    [
      'bird: Mesh_10_0_0_2: Initializing',
      'bird: Mesh_10_0_0_3: Initializing',
      'bird: Mesh_10_0_0_2: Starting',
      'bird: Mesh_10_0_0_2: State changed to start',
      'bird: Mesh_10_0_0_3: State changed to start',
      'bird: Started',
      'bird: Mesh_10_0_0_2: State changed to up',
    ],
    { '10_0_0_2': 'up', '10_0_0_3': 'start' },
  ],
  [
    'the start of bird6 under the same name',
    [
      'bird: Mesh_10_0_0_2: State changed to start',
      'bird: device1: Initializing',
      'bird: Mesh_fd00__2: Initializing',
      'bird: Started',
      'bird: Mesh_fd00__2: Initializing',
    ],
    { '10_0_0_2': 'start', fd00__2: 'start' },
  ],
  [
    'a line of another process behind the state',
    [
      'bird: Mesh_10_0_0_2: State changed to up2026-03-01 10:00:00.000 [INFO][45] felix/health.go 1: x',
    ],
    { '10_0_0_2': 'up' },
  ],
  [
    'a peer that is added while the others stay',
    [
      'bird: Mesh_10_0_0_2: State changed to up',
      'bird: Removing protocol Mesh_10_0_0_3',
      'bird: Adding protocol Mesh_10_0_0_3',
      'bird: Mesh_10_0_0_3: Initializing',
    ],
    { '10_0_0_2': 'up', '10_0_0_3': 'start' },
  ],
  [
    'a protocol that is removed, as BIRD itself says it',
    ['bird: Mesh_10_0_0_2: State changed to up', 'bird: Removing protocol Mesh_10_0_0_2'],
    {},
  ],
  [
    'a log whose beginning is cut off',
    ['bird: Mesh_10_0_0_2: Error: Bad peer AS: 65010'],
    { '10_0_0_2': 'start' },
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
