import { expect, it } from 'vitest';
import { lastingSign, type LoggedFault } from '../../internal/calico/lasting-signs.ts';
import { nodeViews } from '../../internal/calico/nodes.ts';
import { healthyCluster } from '../support/cluster.ts';
import { podOn, setLog, unready } from '../support/faults.ts';
import { at, snapshotFrom } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const version = 'v3.29.1';
const fault: LoggedFault = { pattern: /broken|stumbled/, passing: /stumbled/ };
const once: LoggedFault = { pattern: /told so/, saidAfter: /Felix starting up/ };
const own: LoggedFault = { pattern: /broken/, cured: /mended/ };

type Line = readonly [ago: number, message: string];
const ready = 'Overall health status changed: live=true ready=true';

function found(
  asked: LoggedFault,
  lines: readonly Line[],
  state: 'well' | 'sick',
  before: readonly Line[] = [],
): readonly [string, boolean] | null {
  const sample = healthyCluster({ nodes: 1, version });
  const pod = podOn(sample, 'worker-1');
  if (state === 'sick') unready(pod);
  const text = (items: readonly Line[]): string =>
    items
      .map(([ago, message]) =>
        logLine({ start: at(sample, -ago), version }, 0, 'WARNING', 'felix', 'x.go', message),
      )
      .join('\n');
  setLog(sample, pod, 'calico-node', text(lines));
  setLog(sample, pod, 'calico-node', text(before), true);
  const snapshot = snapshotFrom(sample);
  const [view] = nodeViews(snapshot);
  const sign = view ? lastingSign(snapshot, view, asked) : null;
  return sign ? [sign.line.message, sign.previous] : null;
}

it.each<[string, LoggedFault, readonly Line[], 'well' | 'sick', string | null]>([
  ['nothing of the kind', fault, [[9, 'all is well']], 'sick', null],
  [
    'a sick pod, long ago and not taken back',
    fault,
    [
      [900, 'broken'],
      [5, 'x'],
    ],
    'sick',
    'broken',
  ],
  [
    'a sick pod that recovered from it',
    fault,
    [
      [900, 'broken'],
      [800, ready],
    ],
    'sick',
    null,
  ],
  [
    'a retry that succeeded',
    fault,
    [
      [90, 'broken'],
      [80, 'Succeeded after retry.'],
    ],
    'sick',
    null,
  ],
  [
    'recovered in the words of older releases',
    fault,
    [
      [900, 'broken'],
      [800, 'Overall health status changed newStatus=&health.HealthReport{Live:true, Ready:true}'],
    ],
    'sick',
    null,
  ],
  [
    'broken again after a recovery',
    fault,
    [
      [90, ready],
      [5, 'broken'],
    ],
    'sick',
    'broken',
  ],
  [
    'well for a moment between many breaks',
    fault,
    [
      [40, 'broken'],
      [30, 'broken'],
      [20, 'broken'],
      [10, ready],
      [5, 'x'],
    ],
    'sick',
    'broken',
  ],
  [
    'many tries that ended well',
    fault,
    [
      [40, 'stumbled'],
      [30, 'stumbled'],
      [20, 'stumbled'],
      [10, 'Succeeded after retry.'],
      [5, 'x'],
    ],
    'sick',
    null,
  ],
  [
    'passing trouble at the end of a sick log',
    fault,
    [
      [9, 'stumbled'],
      [5, 'x'],
    ],
    'sick',
    'stumbled',
  ],
  [
    'passing trouble long ago',
    fault,
    [
      [900, 'stumbled'],
      [5, 'x'],
    ],
    'sick',
    null,
  ],
  [
    'passing trouble beside the real one',
    fault,
    [
      [950, 'stumbled'],
      [900, 'broken'],
      [5, 'x'],
    ],
    'sick',
    'broken',
  ],
  [
    'a pod that is well, at the end of its log',
    fault,
    [
      [30, 'broken'],
      [5, 'x'],
    ],
    'well',
    'broken',
  ],
  [
    'a pod that is well, long ago',
    fault,
    [
      [900, 'broken'],
      [5, 'x'],
    ],
    'well',
    null,
  ],
  [
    'said once at the start, long ago',
    once,
    [
      [9000, 'Felix starting up'],
      [8999, 'told so'],
      [5, ready],
    ],
    'well',
    'told so',
  ],
  [
    'not said at the newest start',
    once,
    [
      [9000, 'told so'],
      [60, 'Felix starting up'],
      [5, 'x'],
    ],
    'well',
    null,
  ],
  [
    'a cure of its own',
    own,
    [
      [30, 'broken'],
      [20, 'mended'],
      [5, 'x'],
    ],
    'well',
    null,
  ],
  [
    'health is no cure of it',
    own,
    [
      [30, 'broken'],
      [20, ready],
      [5, 'x'],
    ],
    'well',
    'broken',
  ],
])('%s', (_name, asked, lines, state, expected) => {
  expect(found(asked, lines, state)?.[0] ?? null).toBe(expected);
});

it('asks the run before only where this run has nothing to say of it', () => {
  const before: readonly Line[] = [[300, 'broken']];
  expect(found(fault, [[5, 'x']], 'sick', before)).toEqual(['broken', true]);
  expect(found(fault, [[5, ready]], 'sick', before)).toBeNull();
  expect(found(fault, [[5, 'x']], 'well', before)).toBeNull();
  expect(found(fault, [[5, 'broken here']], 'sick', before)).toEqual(['broken here', false]);
});
