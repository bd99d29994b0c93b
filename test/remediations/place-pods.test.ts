import { describe, expect, it } from 'vitest';
import { daemonsetNotScheduled } from '../../internal/checks/daemonset-not-scheduled.ts';
import { refused, tainted } from '../support/absences.ts';
import { healthyCluster } from '../support/cluster.ts';
import { findingIn } from '../support/findings.ts';

describe('placePods', () => {
  it.each<[string, 'manifest' | 'operator', readonly string[], RegExp]>([
    [
      'team=x:NoSchedule',
      'manifest',
      ['change-tolerations', 'untaint-nodes'],
      /patch daemonset calico-node --type json/,
    ],
    [
      'team=x:NoSchedule',
      'operator',
      ['change-tolerations', 'untaint-nodes'],
      /patch installation default --type merge .*"tolerations":null/,
    ],
    [
      'node.kubernetes.io/not-ready:NoSchedule',
      'manifest',
      ['change-tolerations'],
      /"path":"\/spec\/template\/spec\/tolerations"/,
    ],
  ])('%s, %s: proposes what lasts', (taint, install, ids, command) => {
    const sample = healthyCluster({ nodes: 3, install });
    const [, key, value, effect] = /^([^=:]+)(?:=(\w+))?:(\w+)$/.exec(taint) ?? [];
    tainted(sample, 'worker-3', { key: key ?? '', value: value ?? '', effect: effect ?? '' });
    const { remedies } = findingIn(daemonsetNotScheduled, sample);
    expect(remedies.map(({ id }) => id)).toEqual(ids);
    expect(remedies[0]?.manual.join('\n')).toMatch(command);
  });

  it.each([
    [
      'insufficient quota to match these scopes: [{PriorityClass In [system-node-critical]}]',
      /ResourceQuota/,
    ],
    ['exceeded quota: small, requested: pods=1', /describe resourcequota small/],
    ['pods "x" is forbidden: violates PodSecurity "restricted:latest"', /enforce=privileged/],
    [
      'Internal error occurred: failed calling webhook "validate.policy.test": no endpoints available',
      /validate\.policy\.test/,
    ],
    ['admission webhook "guard.policy.test" denied the request', /guard\.policy\.test/],
    [
      'pods "x" is forbidden: no PriorityClass with name system-node-critical was found',
      /get priorityclass system-node-critical/,
    ],
    [
      'pods "x" is forbidden: error looking up service account kube-system/calico-node: serviceaccount "calico-node" not found',
      /create serviceaccount calico-node/,
    ],
    ['something else', /describe daemonset calico-node/],
  ])('reads the refusal: %s', (message, command) => {
    const sample = healthyCluster({ nodes: 3 });
    refused(sample, message);
    expect(findingIn(daemonsetNotScheduled, sample).remedies[0]?.manual.join('\n')).toMatch(
      command,
    );
  });
});
