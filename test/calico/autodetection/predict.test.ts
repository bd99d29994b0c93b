import { describe, expect, it } from 'vitest';
import { predictAddress } from '../../../internal/calico/autodetection/predict.ts';
import type {
  PredictRequest,
  Prediction,
} from '../../../internal/calico/autodetection/predict-types.ts';
import { inventory, partly, type ShortInterface } from '../../support/inventories.ts';

const lo: ShortInterface = ['lo', 1, '127.0.0.1/8'];
const uplink: ShortInterface = ['uplink', 2, '192.0.2.7/24'];
const bridge: ShortInterface = ['bridge9', 7, '10.7.0.1/24'];
const docker: ShortInterface = ['docker0', 300, '172.17.0.1/16'];

const base: PredictRequest = {
  inventory: inventory([lo, uplink, bridge, docker]),
  kernelVersion: '6.12.1',
  calicoVersion: 'v3.29.4',
  method: '',
  family: 4,
  nodeAddresses: [{ type: 'InternalIP', address: '192.0.2.7' }],
  stored: '192.0.2.7',
};

const predict = (changes: Partial<PredictRequest> = {}): Prediction =>
  predictAddress({ ...base, ...changes });

const short = (changes: Partial<PredictRequest> = {}): string => {
  const { outcome, choices, sureness, reason } = predict(changes);
  return [outcome, sureness ?? '-', reason ?? choices.map(({ ip }) => ip).join(' or ')].join(' ');
};

describe('predictAddress with every interface known', () => {
  it.each([
    ['', 'changes certain 10.7.0.1'],
    ['first-found', 'changes certain 10.7.0.1'],
    ['interface=^uplink$', 'same certain 192.0.2.7'],
    ['interface=^docker0$', 'changes certain 172.17.0.1'],
    ['interface=(?i)UPLINK', 'same certain 192.0.2.7'],
    ['interface=^wan$', 'fails certain no-match'],
    ['interface=(?!lo)', 'fails certain invalid-pattern'],
    ['skip-interface=^bridge', 'same certain 192.0.2.7'],
    ['skip-interface=', 'fails certain no-match'],
    ['cidr=192.0.2.0/24', 'same certain 192.0.2.7'],
    ['cidr=172.16.0.0/12', 'changes certain 172.17.0.1'],
    ['cidr=198.51.100.0/24', 'fails certain no-match'],
    ['cidr=192.0.2.0', 'fails certain invalid-cidr'],
    ['kubernetes-internal-ip', 'same certain 192.0.2.7'],
    ['can-reach=192.0.2.7', 'same likely 192.0.2.7'],
    ['can-reach=192.0.2.1', 'same likely 192.0.2.7'],
    ['can-reach=203.0.113.1', 'unknown - route-unknown'],
    ['can-reach=gateway.example', 'unknown - name-unknown'],
    ['can-reach=192.0.2.1/24', 'fails certain invalid-destination'],
    ['FirstFound', 'fails certain invalid-method'],
  ])('%j: %s', (method, wanted) => {
    expect(short({ method })).toBe(wanted);
  });

  it('compares with what is stored, if anything is', () => {
    expect(short({ stored: '10.7.0.1' })).toBe('same certain 10.7.0.1');
    expect(short({ stored: null })).toBe('changes certain 10.7.0.1');
  });

  it('gives interface and prefix with the address', () => {
    expect(predict().choices).toEqual([{ ip: '10.7.0.1', prefix: 24, iface: 'bridge9' }]);
  });

  it('knows that Calico keeps a stored address when it finds none, but not after an unknown method', () => {
    const none = { method: 'interface=^wan$' };
    expect(predict(none).keepsStored).toBe(true);
    expect(predict({ ...none, stored: null }).keepsStored).toBe(false);
    expect(predict({ method: 'wan' }).keepsStored).toBe(false);
  });

  it('asks the release', () => {
    const branch = inventory([lo, uplink, ['br-7', 7, '10.7.0.1/24']]);
    expect(short({ inventory: branch })).toBe('same certain 192.0.2.7');
    expect(short({ inventory: branch, calicoVersion: 'v3.24.5' })).toBe('changes certain 10.7.0.1');
    expect(short({ method: 'kubernetes-internal-ip', calicoVersion: 'v3.21.4' })).toBe(
      'fails certain invalid-method',
    );
    expect(short({ method: 'kubernetes-internal-ip', calicoVersion: 'v3.22.1' })).toBe(
      'changes certain 192.0.2.0',
    );
  });

  it('is never certain without the release, or with an old list', () => {
    expect(short({ calicoVersion: null })).toBe('changes likely 10.7.0.1');
    const old = { ...base.inventory, isStale: true };
    expect(short({ inventory: old })).toBe('changes likely 10.7.0.1');
    expect(short({ inventory: old, method: 'interface=^wan$' })).toBe('fails likely no-match');
  });

  it('predicts IPv6 by the same rules', () => {
    const both = inventory([lo, ['uplink', 2, '192.0.2.7/24', 'fe80::7', '2001:db8::7/64']]);
    expect(short({ inventory: both, family: 6, stored: '2001:db8::7' })).toBe(
      'same certain 2001:db8::7',
    );
    expect(short({ inventory: both, family: 6, method: 'kubernetes-internal-ip' })).toBe(
      'fails certain no-internal-ip',
    );
  });
});

describe('the order of interfaces', () => {
  const high: ShortInterface = ['bridge9', 258, '10.7.0.1/24'];
  const low: ShortInterface = ['uplink', 5, '192.0.2.7/24'];

  it.each([
    ['6.9.0', 'changes certain 10.7.0.1'],
    ['6.18.44-generic', 'changes certain 10.7.0.1'],
    // 258 and 255 is 2: the older walk tries 5 first, but the newer one may have been carried back.
    ['6.8.0-31-generic', 'unknown ambiguous 192.0.2.7 or 10.7.0.1'],
    ['5.14.0-503.el9', 'unknown ambiguous 192.0.2.7 or 10.7.0.1'],
    [null, 'unknown ambiguous 10.7.0.1 or 192.0.2.7'],
  ])('Linux %s: %s', (kernelVersion, wanted) => {
    expect(short({ inventory: inventory([low, high]), kernelVersion })).toBe(wanted);
  });

  it('does not matter where both orders agree', () => {
    for (const kernelVersion of ['4.18.0', '6.12.0', null])
      expect(short({ kernelVersion })).toBe('changes certain 10.7.0.1');
  });

  it('is not known without an index, unless the log tells it', () => {
    const bare: readonly ShortInterface[] = [
      ['bridge9', null, '10.7.0.1'],
      ['uplink', 2, '192.0.2.7'],
    ];
    expect(short({ inventory: inventory(bare) })).toBe('unknown ambiguous 10.7.0.1 or 192.0.2.7');
    const order = ['uplink', 'bridge9', 'lo'];
    expect(short({ inventory: inventory(bare, { order }) })).toBe('same certain 192.0.2.7');
  });

  it('changes, whichever it is, where none of the choices is stored', () => {
    expect(
      short({ inventory: inventory([low, high]), kernelVersion: null, stored: '203.0.113.1' }),
    ).toBe('changes ambiguous 10.7.0.1 or 192.0.2.7');
  });
});

describe('several addresses on one interface', () => {
  const two: ShortInterface = ['uplink', 2, '192.0.2.70', '192.0.2.7'];

  it('is ambiguous from Felix, whose sets have no order', () => {
    expect(short({ inventory: inventory([two]) })).toBe(
      'unknown ambiguous 192.0.2.70 or 192.0.2.7',
    );
  });

  it('takes the first where the order is the kernel’s', () => {
    const list = inventory([two]);
    const ordered = {
      ...list,
      interfaces: list.interfaces.map((one) => ({ ...one, isOrdered: true })),
    };
    expect(short({ inventory: ordered })).toBe('changes certain 192.0.2.70');
  });

  it('takes the one that calico-node told of', () => {
    const observed = { ip: '192.0.2.7', iface: 'uplink', style: 'first-found', at: null } as const;
    const told = inventory([two], { observed: { 4: observed, 6: null } });
    expect(short({ inventory: told, method: 'interface=^uplink$' })).toBe('same certain 192.0.2.7');
  });
});

describe('what calico-node itself told', () => {
  const observed = {
    ip: '192.0.2.7',
    iface: 'uplink',
    style: 'first-found',
    at: '2026-02-03T04:05:09Z',
  } as const;
  const told = { ...base.inventory, observed: { 4: observed, 6: null } };
  const after = {
    ...told,
    interfaces: told.interfaces.map((one) =>
      one.name === 'bridge9' ? { ...one, changedAt: '2026-02-03T04:05:30Z' } : one,
    ),
  };

  it('wins for the method in use, as long as nothing changed since', () => {
    expect(short({ inventory: told, methodInUse: '' })).toBe('same certain 192.0.2.7');
    expect(short({ inventory: told, methodInUse: 'first-found' })).toBe('same certain 192.0.2.7');
    expect(short({ inventory: after, methodInUse: '' })).toBe('changes certain 10.7.0.1');
    expect(short({ inventory: told })).toBe('changes certain 10.7.0.1');
  });

  it('is no answer to another method', () => {
    const method = 'interface=^bridge9$';
    expect(short({ inventory: told, method, methodInUse: method })).toBe(
      'changes certain 10.7.0.1',
    );
  });

  it('holds for first-found and its like where nothing else is known', () => {
    const alone = partly([uplink], { observed: { 4: observed, 6: null } });
    expect(short({ inventory: alone })).toBe('same likely 192.0.2.7');
    expect(short({ inventory: alone, method: 'skip-interface=^bridge9$' })).toBe(
      'same likely 192.0.2.7',
    );
    expect(short({ inventory: alone, method: 'skip-interface=^uplink$' })).toBe(
      'unknown - interfaces-unknown',
    );
  });

  it('says that the method in use fails where it failed', () => {
    const failed = partly([], { hasFailed: { 4: true, 6: false } });
    const method = 'interface=^wan$';
    expect(short({ inventory: failed, method, methodInUse: method })).toBe('fails likely no-match');
    expect(short({ inventory: failed, method })).toBe('unknown - interfaces-unknown');
  });
});

describe('what is not known of the interfaces', () => {
  const known = [{ ip: '192.0.2.7', prefix: 24, source: 'InternalIP' }] as const;

  it.each([
    ['', 'unknown - interfaces-unknown'],
    ['interface=^uplink$', 'unknown - interfaces-unknown'],
    ['skip-interface=^bridge9$', 'unknown - interfaces-unknown'],
    ['cidr=192.0.2.0/24', 'same likely 192.0.2.7'],
    ['cidr=198.51.100.0/24', 'unknown - interfaces-unknown'],
    ['kubernetes-internal-ip', 'same likely 192.0.2.7'],
    ['can-reach=192.0.2.7', 'unknown - route-unknown'],
  ])('with addresses alone, %j: %s', (method, wanted) => {
    expect(short({ inventory: partly([], { unplaced: known }), method })).toBe(wanted);
  });

  it.each([
    ['', 'same certain 192.0.2.7'],
    ['interface=^uplink$', 'same likely 192.0.2.7'],
    ['interface=^docker0$', 'fails likely no-match'],
    ['skip-interface=^uplink$', 'fails certain no-match'],
    ['cidr=192.0.2.0/24', 'same likely 192.0.2.7'],
  ])('with all but the excluded names, %j: %s', (method, wanted) => {
    const annotated = inventory([['uplink', null, '192.0.2.7']], {
      completeness: { 4: 'not-excluded', 6: 'part' },
    });
    expect(short({ inventory: annotated, method })).toBe(wanted);
  });

  it('minds an interface that may hide an address, if it would come first', () => {
    const hiding = (ifIndex: number | null, name = 'spare'): string => {
      const list = inventory([uplink, [name, ifIndex]]);
      const interfaces = list.interfaces.map((one) => ({
        ...one,
        mayHideAddresses: one.name === name,
      }));
      return short({ inventory: { ...list, interfaces } });
    };
    expect(hiding(9)).toBe('same likely 192.0.2.7');
    expect(hiding(null)).toBe('same likely 192.0.2.7');
    expect(hiding(1)).toBe('same certain 192.0.2.7');
    expect(hiding(9, 'docker7')).toBe('same certain 192.0.2.7');
  });

  it('knows where InternalIP is on no interface', () => {
    const nodeAddresses = [{ type: 'InternalIP', address: '203.0.113.9' }];
    expect(short({ method: 'kubernetes-internal-ip', nodeAddresses })).toBe(
      'fails certain not-on-host',
    );
  });
});
