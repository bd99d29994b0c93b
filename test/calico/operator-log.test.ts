import { expect, it } from 'vitest';
import { operatorLines, type OperatorLine } from '../../internal/calico/operator-log.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { setLog } from '../support/faults.ts';
import { add, snapshotFrom } from '../support/sample.ts';

const time = '2026-03-01T11:59:30Z';

const told = (fields: object): readonly OperatorLine[] => {
  const sample = healthyCluster({ install: 'operator', nodes: 2 });
  const pod = runningPod(sample, {
    name: 'tigera-operator-77cf5c-x2p9q',
    namespace: 'tigera-operator',
    node: 'worker-1',
    hostIP: '10.20.0.11',
    age: 4000,
    labels: { 'k8s-app': 'tigera-operator' },
    spec: { containers: [{ name: 'tigera-operator', image: 'quay.io/tigera/operator:v1.28.5' }] },
  });
  add(sample, 'pods', pod);
  const line = { level: 'error', ts: time, logger: 'controller_installation', ...fields };
  setLog(sample, pod, 'tigera-operator', `${JSON.stringify(line)}\n`);
  return operatorLines(snapshotFrom(sample));
};

const linesOf = (fields: object): readonly { reason: string; message: string }[] =>
  told(fields).map(({ reason, message }) => ({ reason, message }));

it.each<[string, object, { reason: string; message: string }]>([
  [
    'the reason beside the message',
    { msg: 'Invalid Installation provided', reason: 'InvalidConfigurationError', error: 'no cidr' },
    { reason: 'InvalidConfigurationError', message: 'Invalid Installation provided: no cidr' },
  ],
  [
    'the reason as the message, and what was done under its name',
    { msg: 'MigrationError', MigrationError: 'Error converting', error: 'no pools' },
    { reason: 'MigrationError', message: 'Error converting: no pools' },
  ],
  [
    'no reason',
    { msg: 'Reconciler error', controller: 'x', error: 'broken' },
    { reason: '', message: 'Reconciler error: broken' },
  ],
])('%s', (_name, fields, expected) => {
  expect(linesOf(fields)).toEqual([expected]);
});

it.each<[string, unknown]>([
  ['as text', time],
  ['in seconds', Date.parse(time) / 1000 + 0.2092],
])('knows the time %s', (_name, ts) => {
  expect(told({ msg: 'x', error: 'y', ts }).map(({ at }) => at)).toEqual([time]);
});
