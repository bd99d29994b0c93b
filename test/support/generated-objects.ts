import fc from 'fast-check';
import type { KubeObject } from '../../internal/model/kubernetes.ts';

export interface Generated extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

const word = fc.constantFrom('amber', 'birch', 'cedar', 'dune', 'ember', 'fjord');
const label = fc.dictionary(word, word, { maxKeys: 3 });
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const defined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const named = <T extends object>(part: fc.Arbitrary<T>, key = 'name'): fc.Arbitrary<unknown[]> =>
  fc
    .uniqueArray(fc.tuple(word, part), { selector: ([name]) => name, maxLength: 4 })
    .map((entries) => entries.map(([name, rest]) => ({ [key]: name, ...rest })));

const variable = fc.oneof(
  fc.record({ value: word }),
  fc.constant({ valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.hostIP' } } }),
);

const probe = fc.record(
  {
    exec: fc.record({ command: fc.array(word, { maxLength: 3 }) }),
    initialDelaySeconds: fc.nat(90),
    failureThreshold: fc.nat(9),
  },
  { requiredKeys: [] },
);

const container = fc.record(
  {
    image: word,
    env: named(variable),
    volumeMounts: named(fc.record({ name: word }), 'mountPath'),
    livenessProbe: probe,
    resources: fc.record({ limits: label }, { requiredKeys: [] }),
    command: fc.array(word, { maxLength: 2 }),
  },
  { requiredKeys: ['image'] },
);

const toleration = fc.record({ key: word, operator: fc.constant('Exists') });

const podSpec = fc.record(
  {
    containers: named(container),
    initContainers: named(container),
    volumes: named(fc.record({ hostPath: fc.record({ path: word }) })),
    tolerations: fc.array(toleration, { maxLength: 2 }),
    hostNetwork: fc.boolean(),
  },
  { requiredKeys: ['containers'] },
);

const metadata = fc.record({ labels: optional(label), annotations: optional(label) });

/** A DaemonSet of a few made-up containers. */
export const generatedDaemonSet: fc.Arbitrary<Generated> = fc
  .record({ metadata, template: podSpec, minReadySeconds: optional(fc.nat(9)) })
  .map(({ metadata: own, template, minReadySeconds }) =>
    defined({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { ...own, name: 'lantern', namespace: 'harbour', uid: 'u-1', resourceVersion: '1' },
      spec: { minReadySeconds, template: { spec: template } },
    }),
  );

const method = fc.record(
  {
    firstFound: fc.constant(true),
    kubernetes: fc.constant('NodeInternalIP'),
    interface: word,
    cidrs: fc.array(word, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const calicoNetwork = fc.record(
  {
    bgp: fc.constantFrom('Enabled', 'Disabled'),
    mtu: fc.nat(9000),
    ipPools: named(fc.record({ blockSize: fc.nat(30), name: word }, { requiredKeys: [] }), 'cidr'),
    nodeAddressAutodetectionV4: method,
    nodeAddressAutodetectionV6: method,
  },
  { requiredKeys: [] },
);

/** An Installation with or without address methods, pools and overrides. */
export const generatedInstallation: fc.Arbitrary<Generated> = fc
  .record({
    metadata,
    calicoNetwork: optional(calicoNetwork),
    registry: optional(word),
    calicoNodeDaemonSet: optional(podSpec.map((spec) => ({ spec: { template: { spec } } }))),
  })
  .map(({ metadata: own, ...spec }) =>
    defined({
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { ...own, name: 'default', uid: 'u-1', resourceVersion: '1' },
      spec,
    }),
  );
