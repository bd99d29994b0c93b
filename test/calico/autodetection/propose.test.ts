import { describe, expect, it } from 'vitest';
import { anchoredName } from '../../../internal/calico/autodetection/candidate-methods.ts';
import { parseCidr } from '../../../internal/calico/autodetection/cidr.ts';
import type { NodeCase } from '../../../internal/calico/autodetection/predict-types.ts';
import {
  judgeMethod,
  proposeMethods,
  type ClusterCase,
} from '../../../internal/calico/autodetection/propose.ts';
import { inventory, partly, type ShortInterface } from '../../support/inventories.ts';

const node = (
  name: string,
  last: number,
  changes: Partial<NodeCase> = {},
  ...more: readonly ShortInterface[]
): NodeCase => ({
  name,
  inventory: inventory([['lo', 1, '127.0.0.1/8'], ['uplink.7', 2, `192.0.2.${last}/24`], ...more]),
  kernelVersion: '6.12.0',
  nodeAddresses: [{ type: 'InternalIP', address: `192.0.2.${last}` }],
  stored: `192.0.2.${last}`,
  isHealthy: true,
  ...changes,
});

const bridge: ShortInterface = ['bridge9', 7, '10.7.0.1/24'];
const sick = node('c', 13, { stored: '10.7.0.1', isHealthy: false }, bridge);

const cluster = (nodes: readonly NodeCase[], changes: Partial<ClusterCase> = {}): ClusterCase => ({
  nodes,
  family: 4,
  calicoVersion: 'v3.29.4',
  reserved: [],
  serviceIPs: new Set(),
  ...changes,
});

const one = cluster([node('a', 11), node('b', 12), sick]);

const shown = (asked: ClusterCase): readonly string[] =>
  proposeMethods(asked).map(
    ({ method, isSafe, sureness }) => `${method} ${isSafe ? 'safe' : 'not safe'} ${sureness}`,
  );

const objections = (method: string, asked = one): readonly string[] =>
  judgeMethod(method, asked).objections.map(({ kind, nodes }) => `${kind}: ${nodes.join()}`);

describe('proposeMethods', () => {
  it('prefers what survives new interfaces', () => {
    expect(shown(one)).toEqual([
      'kubernetes-internal-ip safe certain',
      'cidr=192.0.2.0/24 safe certain',
      'interface=^uplink\\.7$ safe certain',
      'skip-interface=^bridge9$ safe certain',
    ]);
  });

  it.each(['v3.21.5', 'v3.22.0', 'v3.22.3', 'v3.23.0', 'v3.23.1', null])(
    'does not propose kubernetes-internal-ip for %s',
    (calicoVersion) => {
      const methods = proposeMethods({ ...one, calicoVersion }).map(({ method }) => method);
      expect(methods).not.toContain('kubernetes-internal-ip');
      expect(methods.length).toBeGreaterThan(0);
    },
  );

  it('does not propose cidr= before v3.16', () => {
    expect(shown({ ...one, calicoVersion: 'v3.15.3' })[0]).toMatch(/^interface=/);
  });

  it('lists several networks and names, without those inside another', () => {
    const other = node('d', 14, {
      nodeAddresses: [{ type: 'InternalIP', address: '198.51.100.4' }],
      stored: '198.51.100.4',
      inventory: inventory([['wan', 2, '198.51.100.4/25']]),
    });
    const inner = node('e', 15, { inventory: inventory([['uplink.7', 2, '192.0.2.15/28']]) });
    const methods = proposeMethods(cluster([sick, other, inner])).map(({ method }) => method);
    expect(methods).toContain('cidr=192.0.2.0/24,198.51.100.0/25');
    expect(methods).toContain('interface=^uplink\\.7$,^wan$');
  });

  it('keeps a healthy node where it is, even if Kubernetes knows another address', () => {
    const nodeAddresses = [{ type: 'InternalIP', address: '203.0.113.1' }];
    const apart = node('a', 11, { nodeAddresses }, ['store', 3, '203.0.113.1/24']);
    expect(shown(cluster([apart, sick]))).toEqual([
      'cidr=192.0.2.0/24 safe certain',
      'interface=^uplink\\.7$ safe certain',
      'kubernetes-internal-ip not safe certain',
      'skip-interface=^bridge9$ not safe certain',
    ]);
    expect(objections('kubernetes-internal-ip', cluster([apart, sick]))).toEqual([
      'changes-healthy-node: a',
    ]);
  });

  it('puts what cannot be foreseen behind what can', () => {
    const blind = node('d', 14, {
      inventory: partly([], {
        unplaced: [{ ip: '192.0.2.14', prefix: null, source: 'InternalIP' }],
      }),
    });
    expect(shown(cluster([sick, blind]))).toEqual([
      'kubernetes-internal-ip safe likely',
      'cidr=192.0.2.0/24 safe likely',
      'interface=^uplink\\.7$ not safe certain',
      'skip-interface=^bridge9$ not safe certain',
    ]);
  });

  it('has nothing to propose without addresses', () => {
    const bare = node('a', 11, { nodeAddresses: [], inventory: partly([]), stored: null });
    expect(proposeMethods(cluster([bare], { calicoVersion: 'v3.20.0' }))).toEqual([]);
  });
});

describe('judgeMethod', () => {
  it.each([
    ['first-found', ['does-not-cure: c']],
    ['interface=^bridge9$', ['leaves-without-address: a,b', 'does-not-cure: c']],
    ['can-reach=203.0.113.5', ['not-foreseeable: a,b,c']],
    ['nonsense', ['leaves-without-address: a,b,c']],
    ['interface=^lo|uplink', []],
  ])('%s: %j', (method, wanted) => {
    expect(objections(method)).toEqual(wanted);
  });

  it('does not give two nodes one address', () => {
    const twins = ['a', 'b'].map((name, index) => node(name, 11 + index, {}, bridge));
    expect(objections('interface=^bridge9$', cluster(twins))).toEqual([
      'changes-healthy-node: a,b',
      'same-address-twice: a,b',
    ]);
  });

  it('does not take an address of pods or services', () => {
    const network = parseCidr('10.7.0.0/16')?.network;
    const reserved = network ? [network] : [];
    const method = 'interface=^bridge9$';
    const alone = [node('a', 11, {}, bridge)];
    const wanted = ['changes-healthy-node: a', 'reserved-network: a'];
    expect(objections(method, cluster(alone, { reserved }))).toEqual(wanted);
    const serviceIPs = new Set(['10.7.0.1']);
    expect(objections(method, cluster(alone, { serviceIPs }))).toEqual(wanted);
  });

  it('takes a change for a cure where Kubernetes knows no address', () => {
    const unknown = { ...sick, nodeAddresses: [] };
    expect(objections('interface=^uplink', cluster([unknown]))).toEqual([]);
  });
});

it('anchors a name so that it matches alone', () => {
  expect(anchoredName('eth0.100')).toBe('^eth0\\.100$');
  expect(anchoredName('wl+[x]')).toBe('^wl\\+\\[x\\]$');
});
