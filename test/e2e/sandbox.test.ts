import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, it } from 'vitest';
import { errorsOf, userOf } from './support/cluster/ask.ts';
import { readyNodes } from './support/cluster/watching.ts';
import { walkedIds } from './support/journey-seeds.ts';
import { run } from './support/run.ts';
import { scenarios, startScenario } from './support/scenarios/scenarios.ts';

const { go } = inject('programs');
const { bin } = inject('release');
const script = path.join(import.meta.dirname, '../../scripts/sandbox.ts');
const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

// The large one needs minutes, and is measured by the benchmark. Others are diagnosed, and cured, on the way that goes on from there.
const small = scenarios.filter(({ id }) => id !== 'many-nodes' && !walkedIds.has(id));

describe.skipIf(go === null)('diagnose in the sandbox', () => {
  it.each(small)('finds what is the matter: $id', async ({ id, finds }) => {
    const cluster = await startScenario(id, { isQuick: true });
    const user = userOf(cluster, bin);
    try {
      const { code, diagnosis } = await user.diagnose();
      expect({ code, errors: errorsOf(diagnosis) }).toEqual({
        code: finds.length === 0 ? 0 : 1,
        errors: finds,
      });
    } finally {
      user.leave();
      await cluster.stop();
    }
  });

  const curable = small.filter(({ cure }) => cure !== undefined);
  it.each(curable)(
    'says that all is well when the machines are cured: $id',
    async ({ id, cure }) => {
      const cluster = await startScenario(id, { isQuick: true });
      const user = userOf(cluster, bin);
      try {
        cure?.does(cluster);
        await user.kubectl(
          '-n',
          'kube-system',
          'delete',
          'pods',
          '-l',
          'k8s-app=calico-node',
          '--force',
        );
        const ready = async () => (await readyNodes(cluster)).length;
        await expect.poll(ready, { timeout: 120_000, interval: 500 }).toBe(cluster.nodes.size);
        const { code, diagnosis } = await user.diagnose();
        expect({ code, errors: errorsOf(diagnosis) }).toEqual({ code: 0, errors: [] });
      } finally {
        user.leave();
        await cluster.stop();
      }
    },
  );
});

describe('npm run sandbox', () => {
  it('lists the scenarios, each with a name of its own', async () => {
    const { code, stdout } = await run(process.execPath, [script, '--list'], env);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(new Set(scenarios.map(({ id }) => id)).size);
  });

  it.each([[], ['nonsense'], ['healthy', '--nodes', '0']])(
    'asks for a scenario: %s',
    async (...args) => {
      expect(await run(process.execPath, [script, ...args], env)).toMatchObject({
        code: 2,
        stdout: '',
      });
    },
  );

  it.skipIf(go === null)(
    'brings a cluster up, tells how to reach it, and takes it away on Ctrl-C',
    async () => {
      const child = spawn(process.execPath, [script, 'bridge-address-manifest', '--nodes', '4'], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const printed: string[] = [];
      const lines = createInterface({ input: child.stdout });
      await new Promise<void>((resolve) => {
        lines.on('line', (line) => {
          printed.push(line);
          if (line.startsWith('Press Ctrl-C')) resolve();
        });
      });
      const text = printed.join('\n');
      expect(text).toContain('node worker-2 picked 10.4.0.1 from nerdctl0');
      const [, kubeconfig = ''] = /export KUBECONFIG=(\S+)/.exec(text) ?? [];
      const [, folder = ''] = /export PATH=([^:]+):\$PATH/.exec(text) ?? [];
      // As somebody would who copies the two lines, with nothing else installed.
      const copied = { HOME: '/nowhere', KUBECONFIG: kubeconfig, PATH: `${folder}:/usr/bin:/bin` };
      const kubectl = path.join(folder, 'kubectl');
      const fixed = await run(kubectl, ['calico-fix', 'fix', '--yes', '--timeout=1s'], copied);
      expect(fixed.stdout).toContain('DaemonSet/calico-node');
      expect(existsSync(path.join(path.dirname(kubeconfig), 'state'))).toBe(true);
      child.kill('SIGINT');
      const code = await new Promise((resolve) => child.once('exit', resolve));
      expect([code, existsSync(path.dirname(kubeconfig))]).toEqual([0, false]);
    },
  );
});
