import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { runScene, type Ran } from '../support/cli.ts';
import { healthyCluster } from '../support/cluster.ts';
import { snapshotFrom } from '../support/sample.ts';
import { snapshotOf } from '../support/snapshot.ts';

const healthy = (): Snapshot => snapshotFrom(healthyCluster({ nodes: 3 }));

const run = (args: readonly string[], snapshot = healthy()): Promise<Ran> =>
  runScene(['predict', ...args], { services: { readDump: () => Promise.resolve(snapshot) } });

describe('predict', () => {
  it('prints a table with each node and method', async () => {
    const { code, stdout } = await run(['--from', 'x']);
    expect(code).toBe(0);
    for (const word of [
      'worker-1',
      'worker-2',
      'worker-3',
      'first-found',
      'kubernetes-internal-ip',
    ]) {
      expect(stdout).toContain(word);
    }
  });

  it('tells of the nodes and methods asked for alone', async () => {
    const { stdout } = await run([
      '--from',
      'x',
      '--node',
      'worker-2',
      '--method',
      'interface=ens.*',
    ]);
    expect(stdout).toContain('worker-2');
    expect(stdout).not.toMatch(/worker-[13]/);
    expect(stdout).toContain('interface=ens.*');
    expect(stdout).not.toContain('kubernetes-internal-ip');
  });

  it('is the same data in JSON and YAML, methods by their names', async () => {
    const { stdout } = await run(['--from', 'x', '-o', 'json', '--method', 'first-found']);
    const data = JSON.parse(stdout);
    expect(data).toMatchObject({
      kind: 'Prediction',
      apiVersion: 'calico-fix/v1',
      families: [
        {
          family: 'IPv4',
          methods: [{ method: 'first-found', isSafe: true, objections: [] }],
          nodes: [
            {
              node: 'worker-1',
              now: { ip: '10.20.0.11' },
              methods: [{ method: 'first-found', outcome: 'same' }],
            },
            { node: 'worker-2' },
            { node: 'worker-3' },
          ],
        },
      ],
    });
    const yaml = await run(['--from', 'x', '-o', 'yaml', '--method', 'first-found']);
    expect(parseYaml(yaml.stdout)).toEqual(data);
  });

  it('refuses a node that is not there, and a cluster without nodes', async () => {
    expect((await run(['--from', 'x', '--node', 'nobody'])).code).toBe(2);
    expect(await run(['--from', 'x'], snapshotOf())).toMatchObject({ code: 2, stdout: '' });
  });
});
