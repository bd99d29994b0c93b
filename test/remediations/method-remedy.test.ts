import { describe, expect, it } from 'vitest';
import { methodRemedy, type MethodWish } from '../../internal/remediations/method-remedy.ts';
import { setEnv } from '../support/api-faults.ts';
import { healthyCluster, workers, type ClusterSpec } from '../support/cluster.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';
import { giveOut } from '../support/wrong-address.ts';

const bridge = [{ name: 'lab0', index: 9, addresses: ['10.4.0.1/24'] }];

function ask(
  method: string,
  {
    change = () => {},
    wish = {},
    ...spec
  }: ClusterSpec & {
    readonly change?: (sample: Sample) => void;
    readonly wish?: Partial<MethodWish>;
  } = {},
) {
  const nodes = workers(3).map((node) =>
    node.name === 'worker-2' ? { ...node, more: bridge } : node,
  );
  const sample = healthyCluster({ version: 'v3.28.1', nodes, ...spec });
  if (spec.install !== 'canal' && spec.install !== 'policy-only')
    giveOut(sample, 'worker-2', '10.4.0.1/24', 'lab0');
  change(sample);
  return methodRemedy(snapshotFrom(sample), method, { sick: null, isForced: false, ...wish });
}

const remedyOf = (answer: ReturnType<typeof ask>) => {
  if ('refused' in answer) throw new Error(answer.refused.join(' '));
  return answer.remedy;
};

describe('methodRemedy', () => {
  it('tells every address, and keeps those that are right', () => {
    const remedy = remedyOf(ask('interface=^ens3$'));
    expect(remedy).toMatchObject({ id: 'autodetection-method', action: 'apply' });
    expect(remedy.addresses).toEqual([
      {
        node: 'worker-1',
        family: 4,
        now: '10.20.0.11',
        nowInterface: 'ens3',
        then: '10.20.0.11',
        thenInterface: 'ens3',
        outcome: 'stays',
      },
      {
        node: 'worker-2',
        family: 4,
        now: '10.4.0.1',
        nowInterface: 'lab0',
        then: '10.20.0.12',
        thenInterface: 'ens3',
        outcome: 'changes',
      },
      {
        node: 'worker-3',
        family: 4,
        now: '10.20.0.13',
        nowInterface: 'ens3',
        then: '10.20.0.13',
        thenInterface: 'ens3',
        outcome: 'stays',
      },
    ]);
  });

  it.each<[string, ClusterSpec]>([
    ['eth0', {}],
    ['cidrs=10.20.0.0/24', {}],
    ['kubernetes-internal-ip', { version: 'v3.22.1' }],
    ['cidr=10.20.0.0/24', { version: 'v3.15.1' }],
    ['interface=(?=ens)', {}],
    ['first-found', { install: 'canal' }],
    ['first-found', { install: 'policy-only' }],
    ['can-reach=$(NODEIP)', { install: 'operator' }],
  ])('refuses %s, forced or not (%o)', (method, spec) => {
    expect(ask(method, spec)).toMatchObject({ canForce: false });
    expect(ask(method, { ...spec, wish: { isForced: true } })).toHaveProperty('refused');
  });

  it('does not leave a node without an address unless forced', () => {
    const answer = ask('interface=^lab0$');
    expect(answer).toMatchObject({ canForce: true });
    expect('refused' in answer && answer.refused[0]).toContain('worker-1');
    const forced = remedyOf(ask('interface=^lab0$', { wish: { isForced: true } }));
    expect(forced.changes).toHaveLength(1);
    expect(forced.consequences[0]).toContain('worker-1');
  });

  it('says that a right address changes', () => {
    const remedy = remedyOf(ask('interface=^ens3$', { wish: { sick: new Set() } }));
    expect(remedy.consequences[0]).toContain('worker-2');
    expect(remedy.action).toBe('apply');
  });

  it('takes can-reach, whose outcome nobody knows', () => {
    const remedy = remedyOf(ask('can-reach=gateway.example'));
    expect(remedy.addresses?.map(({ outcome }) => outcome)).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
    expect(JSON.stringify(remedy.changes)).toContain('can-reach=gateway.example');
  });

  it('puts kubespray its variable in order', () => {
    const { changes } = remedyOf(ask('can-reach=$(NODEIP)', { install: 'kubespray' }));
    expect(JSON.stringify(changes)).toContain('can-reach=$(NODEIP)');
  });

  it('sets the field of the operator', () => {
    const { changes } = remedyOf(ask('cidr=10.20.0.0/24, 10.21.0.0/24', { install: 'operator' }));
    expect(changes[0]?.body).toEqual({
      spec: {
        calicoNetwork: {
          nodeAddressAutodetectionV4: {
            firstFound: null,
            interface: null,
            skipInterface: null,
            canReach: null,
            kubernetes: null,
            cidrs: ['10.20.0.0/24', '10.21.0.0/24'],
          },
        },
      },
    });
  });

  it('refuses a field that the operator has not', () => {
    const change = (sample: Sample): void => {
      const properties = { interface: {}, firstFound: {} };
      const spec = {
        properties: {
          calicoNetwork: { properties: { nodeAddressAutodetectionV4: { properties } } },
        },
      };
      sample.lists.customResourceDefinitions = [
        {
          kind: 'CustomResourceDefinition',
          metadata: { name: 'installations.operator.tigera.io' },
          spec: {
            versions: [{ name: 'v1', schema: { openAPIV3Schema: { properties: { spec } } } }],
          },
        },
      ];
    };
    expect(ask('kubernetes-internal-ip', { install: 'operator', change })).toMatchObject({
      canForce: false,
    });
    expect(ask('interface=^ens3$', { install: 'operator', change })).toHaveProperty('remedy');
  });

  it('detects an address where IP says none', () => {
    const change = (sample: Sample): void => setEnv(sample, { name: 'IP', value: 'none' });
    const { changes } = remedyOf(ask('interface=^ens3$', { change }));
    expect(JSON.stringify(changes)).toContain('{"name":"IP","value":"autodetect"}');
  });

  it('refuses while the datastore is locked', () => {
    const change = (sample: Sample): void => {
      sample.lists.clusterInformations = [
        {
          apiVersion: 'crd.projectcalico.org/v1',
          kind: 'ClusterInformation',
          metadata: { name: 'default' },
          spec: { datastoreReady: false },
        },
      ];
    };
    expect(ask('interface=^ens3$', { change })).toMatchObject({ canForce: false });
  });
});
