import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Right } from '../../internal/model/cluster.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { ChangeStep, DrainStep, Plan, Step } from '../../internal/model/plan.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { rightsOf, roleYaml } from '../../internal/plan/rights.ts';
import { installOf } from '../support/diagnosis.ts';

const pod: KubeObject = {
  kind: 'Pod',
  metadata: {
    name: 'lantern-x',
    namespace: 'harbour',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'lantern' }],
  },
};

const stepOf = (change: Change): ChangeStep => ({
  kind: 'change',
  change,
  before: null,
  after: null,
  kubectl: [],
});
const planWith = (
  steps: readonly Step[],
  renderer: 'operator' | 'manifest' = 'manifest',
): Plan => ({
  source: { kind: 'live', name: 'test' },
  install: installOf({ renderer, namespace: 'harbour', daemonSet: 'lantern' }),
  items: [],
  steps,
  addresses: [],
  consequences: [],
  manual: [],
  durable: [],
  conflicts: [],
  refusal: null,
});

const text = ({ verb, group, resource, namespace, name }: Right): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}${name === undefined ? '' : ` ${name}`}`;
const rights = (steps: readonly Step[], renderer?: 'operator' | 'manifest'): readonly string[] =>
  rightsOf(planWith(steps, renderer)).map(text);

const ref = (kind: string, name: string, namespace?: string, apiVersion = 'v1'): ApiRef => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
const patch = (target: ApiRef): Step => stepOf({ ref: target, verb: 'patch', body: {} });
const identity = 'get namespaces kube-system';
const watch = [
  'get daemonsets.apps in harbour lantern',
  'list controllerrevisions.apps in harbour',
  'list pods in harbour',
  'list nodes',
  'get nodes',
];
const operatorWatch = [
  ...watch,
  'get installations.operator.tigera.io default',
  'get tigerastatuses.operator.tigera.io calico',
];

const drained = (disableEviction: boolean): DrainStep => ({
  kind: 'drain',
  node: 'quay-1',
  cordon: null,
  pods: (['evict', 'evict', 'skip', 'evict'] as const).map((verdict, index) => ({
    namespace: ['orchard', 'orchard', 'garden', 'meadow'][index] ?? '',
    name: `pod-${index}`,
    uid: null,
    verdict,
    reason: '',
  })),
  concerns: [],
  options: drainOptionsOf({ disableEviction }),
  kubectl: [],
});

describe('the rights of a plan', () => {
  it.each<[string, Step, 'operator' | 'manifest', readonly string[]]>([
    [
      'a patch of the DaemonSet',
      patch(ref('DaemonSet', 'lantern', 'harbour', 'apps/v1')),
      'manifest',
      [watch[0] ?? '', 'patch daemonsets.apps in harbour lantern', ...watch.slice(1)],
    ],
    [
      'a patch of the Installation',
      patch(ref('Installation', 'overlay', undefined, 'operator.tigera.io/v1')),
      'operator',
      [
        'get installations.operator.tigera.io overlay',
        'patch installations.operator.tigera.io overlay',
        ...operatorWatch,
      ],
    ],
    [
      'a patch of a node',
      patch(ref('Node', 'quay-1')),
      'manifest',
      ['get nodes quay-1', 'patch nodes quay-1'],
    ],
    [
      // Whoever writes a rule into a role has to have it, or may give more than they have.
      'a patch of a role',
      patch(ref('ClusterRole', 'lamplighter', undefined, 'rbac.authorization.k8s.io/v1')),
      'manifest',
      [
        'get clusterroles.rbac.authorization.k8s.io lamplighter',
        'patch clusterroles.rbac.authorization.k8s.io lamplighter',
        'escalate clusterroles.rbac.authorization.k8s.io lamplighter',
      ],
    ],
    [
      'an object that is made',
      stepOf({ ref: ref('ServiceAccount', 'lantern', 'harbour'), verb: 'create', body: {} }),
      'manifest',
      ['get serviceaccounts in harbour lantern', 'create serviceaccounts in harbour'],
    ],
    [
      // Pods that get worse by it are brought back by themselves: then it is deleted.
      'an object that is made and changes the pods',
      stepOf({
        ref: ref('HelmChartConfig', 'chart', 'harbour', 'helm.cattle.io/v1'),
        verb: 'create',
        body: {},
      }),
      'manifest',
      [
        'get helmchartconfigs.helm.cattle.io in harbour chart',
        'create helmchartconfigs.helm.cattle.io in harbour',
        'delete helmchartconfigs.helm.cattle.io in harbour chart',
        ...watch,
      ],
    ],
    [
      'a pod that starts anew',
      {
        ...stepOf({ ref: ref('Pod', 'lantern-x', 'harbour'), verb: 'delete', body: null }),
        before: pod,
      },
      'manifest',
      [
        'get pods in harbour lantern-x',
        'delete pods in harbour lantern-x',
        'list pods in harbour',
        'get daemonsets.apps in harbour lantern',
      ],
    ],
    [
      'a pod that is evicted',
      stepOf({ ref: ref('Pod', 'lantern-x', 'harbour'), verb: 'evict', body: null }),
      'manifest',
      ['get pods in harbour lantern-x', 'create pods/eviction in harbour', 'list pods in harbour'],
    ],
  ])('are for %s', (_title, step, renderer, expected) => {
    expect(rights([step], renderer)).toEqual([identity, ...expected]);
  });

  it('are for a deletion of what was made before the pods were changed', () => {
    const made = stepOf({ ref: ref('ConfigMap', 'beacon', 'harbour'), verb: 'create', body: {} });
    const daemonSet = patch(ref('DaemonSet', 'lantern', 'harbour', 'apps/v1'));
    expect(rights([made, daemonSet])).toContain('delete configmaps in harbour beacon');
    expect(rights([made])).not.toContain('delete configmaps in harbour beacon');
  });

  it.each([
    [false, 'create pods/eviction'],
    [true, 'delete pods'],
  ])('are for a drain (disableEviction %s): %s where the pods are', (disableEviction, verb) => {
    const asked = rights([drained(disableEviction)]);
    expect(asked).toEqual(
      expect.arrayContaining([
        'list pods',
        'get daemonsets.apps',
        'list poddisruptionbudgets.policy',
        `${verb} in orchard`,
        `${verb} in meadow`,
      ]),
    );
    expect(asked.filter((right) => right.startsWith(verb))).toHaveLength(2);
    expect(new Set(asked).size).toBe(asked.length);
  });
});

const documents = (given: readonly Right[]): readonly unknown[] =>
  parseAllDocuments(roleYaml(given)).map((document) => document.toJS() as unknown);
const right = (verb: string, resource: string, more: Partial<Right> = {}): Right => ({
  verb,
  group: '',
  resource,
  ...more,
});

describe('the roles', () => {
  it('are one for the cluster and one for each namespace, with names where a role can have them', () => {
    const group = 'apps';
    const namespace = 'harbour';
    const name = 'lantern';
    const api = 'rbac.authorization.k8s.io/v1';
    expect(
      documents([
        right('get', 'namespaces', { name: 'kube-system' }),
        right('get', 'daemonsets', { group, namespace, name }),
        right('patch', 'daemonsets', { group, namespace, name }),
        right('list', 'controllerrevisions', { group, namespace }),
        right('create', 'pods/eviction', { namespace, name: 'ignored' }),
        right('list', 'nodes'),
        right('list', 'pods'),
      ]),
    ).toEqual([
      {
        apiVersion: api,
        kind: 'ClusterRole',
        metadata: { name: 'calico-fix-change' },
        rules: [
          {
            apiGroups: [''],
            resources: ['namespaces'],
            verbs: ['get'],
            resourceNames: ['kube-system'],
          },
          { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['list'] },
        ],
      },
      {
        apiVersion: api,
        kind: 'Role',
        metadata: { name: 'calico-fix-change', namespace },
        rules: [
          {
            apiGroups: [group],
            resources: ['daemonsets'],
            verbs: ['get', 'patch'],
            resourceNames: [name],
          },
          { apiGroups: [group], resources: ['controllerrevisions'], verbs: ['list'] },
          { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
        ],
      },
    ]);
  });

  it('give nothing twice', () => {
    expect(
      documents([
        right('list', 'pods'),
        right('list', 'pods', { namespace: 'harbour' }),
        right('get', 'pods', { namespace: 'harbour' }),
        right('get', 'pods', { namespace: 'harbour', name: 'lantern-x' }),
        right('get', 'pods', { namespace: 'harbour', name: 'lantern-x' }),
      ]),
    ).toMatchObject([
      { kind: 'ClusterRole', rules: [{ verbs: ['list'] }] },
      { kind: 'Role', rules: [{ verbs: ['get'], resources: ['pods'] }] },
    ]);
    expect(roleYaml([])).toBe('');
  });

  it('are several names of one resource in one rule', () => {
    const names = ['lantern-y', 'lantern-x'];
    const deletions = names.map((name) => right('delete', 'pods', { namespace: 'harbour', name }));
    expect(documents(deletions)).toMatchObject([
      { rules: [{ verbs: ['delete'], resourceNames: ['lantern-x', 'lantern-y'] }] },
    ]);
  });
});
