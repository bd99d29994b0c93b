import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import { kubectlOf } from '../../internal/plan/commands.ts';

const ref = (kind: string, name: string, more: Partial<ApiRef> = {}): ApiRef => ({
  apiVersion: 'v1',
  kind,
  name,
  ...more,
});
const pod = ref('Pod', 'lantern-x', { namespace: 'harbour' });

describe('the commands', () => {
  it.each<[Change, string]>([
    [
      {
        ref: ref('Installation', 'default', { apiVersion: 'operator.tigera.io/v1' }),
        verb: 'patch',
        patchType: 'merge',
        body: { spec: { a: null } },
      },
      `kubectl patch installation default --type merge -p '{"spec":{"a":null}}'`,
    ],
    [
      {
        ref: ref('DaemonSet', 'lantern', { apiVersion: 'apps/v1', namespace: 'harbour' }),
        verb: 'patch',
        patchType: 'strategic',
        body: { spec: {} },
      },
      `kubectl -n harbour patch daemonset lantern --type strategic -p '{"spec":{}}'`,
    ],
    [
      {
        ref: ref('IPPool', 'pond', { apiVersion: 'crd.projectcalico.org/v1' }),
        verb: 'patch',
        patchType: 'json',
        body: [{ op: 'remove', path: '/spec/x' }],
      },
      `kubectl patch ippools.crd.projectcalico.org pond --type json -p '[{"op":"remove","path":"/spec/x"}]'`,
    ],
    [
      {
        ref: ref('Node', 'quay-1'),
        verb: 'patch',
        patchType: 'merge',
        body: { spec: { unschedulable: true } },
      },
      'kubectl cordon quay-1',
    ],
    [
      {
        ref: ref('Node', 'quay-1'),
        verb: 'patch',
        patchType: 'merge',
        body: { spec: { unschedulable: null } },
      },
      'kubectl uncordon quay-1',
    ],
    [{ ref: pod, verb: 'delete', body: null }, 'kubectl -n harbour delete pod lantern-x'],
    [
      { ref: pod, verb: 'delete', body: { gracePeriodSeconds: 0, propagationPolicy: 'Orphan' } },
      'kubectl -n harbour delete pod lantern-x --grace-period=0 --cascade=orphan',
    ],
  ])('are one line: %#', (change, line) => {
    expect(kubectlOf(change)).toEqual([line]);
  });

  it('make an object from the lines that follow', () => {
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'chart' },
      data: { script: 'a\nEOF\nb', flag: 'yes', number: '0123' },
    };
    const lines = kubectlOf({
      ref: ref('ConfigMap', 'chart', { namespace: 'harbour' }),
      verb: 'create',
      body,
    });
    expect(lines[0]).toBe("kubectl -n harbour create -f - <<'EOF'");
    expect(lines.at(-1)).toBe('EOF');
    expect(parse(lines.slice(1, -1).join('\n'))).toEqual(body);
    expect(lines.slice(1, -1)).toContain('  flag: "yes"');
  });

  it('evict by the Eviction API', () => {
    const [command, json] = kubectlOf({
      ref: pod,
      verb: 'evict',
      body: { gracePeriodSeconds: 30 },
    });
    expect(command).toBe(
      "kubectl create --raw /api/v1/namespaces/harbour/pods/lantern-x/eviction -f - <<'EOF'",
    );
    expect(JSON.parse(json ?? '')).toMatchObject({
      kind: 'Eviction',
      metadata: { name: 'lantern-x', namespace: 'harbour' },
      deleteOptions: { gracePeriodSeconds: 30 },
    });
  });

  it('hand a shell every value as it is', () => {
    const value = `it's "$HOME" \`id\` \\ $(x)`;
    const hostile = { ...pod, name: "a'; touch x; '" };
    const body = { metadata: { annotations: { value } } };
    const [line = ''] = kubectlOf({ ref: hostile, verb: 'patch', patchType: 'merge', body });
    const echoed = line.replace(/^kubectl /, 'printf "%s\\n" ');
    const { stdout } = spawnSync('sh', ['-c', echoed], { encoding: 'utf8' });
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([hostile.name, JSON.stringify(body)]),
    );
  });
});
