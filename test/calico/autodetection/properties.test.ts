import {
  assert as hold,
  array,
  boolean,
  constantFrom,
  integer,
  ipV4,
  ipV6,
  oneof,
  option,
  property,
  record,
  shuffledSubarray,
  string,
  uniqueArray,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../internal/calico/autodetection/detect.ts';
import { hostAddress } from '../../../internal/calico/autodetection/host.ts';
import { predictAddress } from '../../../internal/calico/autodetection/predict.ts';
import { startNode } from '../../../internal/calico/autodetection/start-node.ts';
import { inventory, partly, type ShortInterface } from '../../support/inventories.ts';

const releases = ['v3.8.0', 'v3.16.1', 'v3.22.2', 'v3.23.4', 'v3.26.5', 'v3.29.7', 'v3.32.1'];
const release = constantFrom(...releases);
const family = constantFrom(4 as const, 6 as const);
const name = oneof(constantFrom('lo', 'eth0', 'br-7', 'docker0', 'cali1', 'wg0'), string());
const address = oneof(ipV4(), ipV6(), constantFrom('192.0.2.7', '10.7.0.1', '2001:db8::7'));
const method = oneof(
  constantFrom('', 'first-found', 'kubernetes-internal-ip', 'interface=e', 'cidr=10.0.0.0/8'),
  constantFrom('skip-interface=^eth', 'can-reach=10.7.0.1', 'interface=(', 'cidr=x', 'nonsense'),
  string(),
  string().map((text) => `interface=${text}`),
  string().map((text) => `can-reach=${text}`),
  string().map((text) => `cidr=${text}`),
);

const anyInterface: Arbitrary<ShortInterface> = record({
  name,
  index: option(integer({ min: 1, max: 2000 })),
  addresses: array(address, { maxLength: 3 }),
}).map(({ name: own, index, addresses }) => [own, index, ...addresses]);

const interfaces = uniqueArray(anyInterface, {
  maxLength: 6,
  selector: ([own]) => own,
});

// One address a family at most, and a different index for each: nothing about the list is in doubt.
const plainInterfaces = uniqueArray(
  record({
    name,
    index: integer({ min: 1, max: 4000 }),
    v4: ipV4(),
    v6: ipV6(),
    isBare: boolean(),
  }),
  { maxLength: 6, selector: (one) => one.index },
).map((list) =>
  [...new Map(list.map((one) => [one.name, one])).values()].map(
    ({ name: own, index, v4, v6, isBare }): ShortInterface =>
      isBare ? [own, index] : [own, index, `${v4}/24`, `${v6}/64`],
  ),
);

const hosts = (list: readonly ShortInterface[]) =>
  list.map(([own, , ...addresses]) => ({
    name: own,
    addresses: addresses.flatMap((text) => hostAddress(text) ?? []),
  }));

const nodeAddresses = array(address, { maxLength: 2 }).map((list) =>
  list.map((text) => ({ type: 'InternalIP', address: text })),
);

const question = record({
  kernelVersion: option(constantFrom('4.18.0', '6.8.0', '6.12.0', 'nonsense')),
  calicoVersion: option(release),
  method,
  family,
  nodeAddresses: option(nodeAddresses),
  stored: option(address),
});

describe('the simulation', () => {
  it('never throws, whatever it is asked', () => {
    hold(
      property(interfaces, method, family, release, option(nodeAddresses), (...asked) => {
        const [list, text, version, calicoVersion, addresses] = asked;
        const answer = detect({
          method: text,
          family: version,
          calicoVersion,
          interfaces: hosts(list),
          nodeAddresses: addresses,
          surroundings: null,
        });
        expect(['found', 'none', 'exit', 'unknown']).toContain(answer.result);
      }),
    );
  });

  it('never throws around the detection either', () => {
    const value = oneof(constantFrom('', 'none', 'autodetect'), address, string());
    hold(
      property(value, value, string(), release, address, (IP, IP6, AS, calicoVersion, other) => {
        const result = startNode({
          env: { IP, IP6, AS },
          calicoVersion,
          interfaces: hosts([['eth0', 2, '192.0.2.7/24', '2001:db8::7/64']]),
          nodeAddresses: [],
          surroundings: null,
          node: { name: 'a', exists: true, bgp: { ipv4Address: IP } },
          others: [{ name: 'b', bgp: { ipv4Address: other } }],
        });
        expect([null, 1]).toContain(result.exit);
      }),
    );
  });
});

describe('a prediction', () => {
  it('is never certain of what is only known in part, but for failures of the method itself', () => {
    hold(
      property(interfaces, question, (list, asked) => {
        const told = predictAddress({ ...asked, inventory: partly(list) });
        const isOwnFault = told.reason?.startsWith('invalid-') || told.reason === 'no-internal-ip';
        // InternalIP is certain where its interface has been seen.
        const isSeen = asked.method.startsWith('kubernetes-internal-ip');
        expect(told.sureness === 'certain' && !isOwnFault && !isSeen).toBe(false);
      }),
    );
  });

  it('is never certain without the release, or of an old list, but for such failures', () => {
    hold(
      property(interfaces, question, (list, asked) => {
        const old = predictAddress({ ...asked, inventory: inventory(list, { isStale: true }) });
        expect(old.sureness === 'certain' && old.choices.length > 0).toBe(false);
        const blind = predictAddress({ ...asked, calicoVersion: null, inventory: inventory(list) });
        expect(blind.sureness === 'certain' && blind.choices.length > 0).toBe(false);
      }),
    );
  });

  it('is ambiguous exactly where it has several choices', () => {
    hold(
      property(interfaces, question, (list, asked) => {
        const { choices, sureness, outcome } = predictAddress({
          ...asked,
          inventory: inventory(list),
        });
        expect(sureness === 'ambiguous').toBe(choices.length > 1);
        expect(choices.length > 0 || outcome === 'fails' || outcome === 'unknown').toBe(true);
        expect(new Set(choices.map(({ ip }) => ip)).size).toBe(choices.length);
      }),
    );
  });

  it('does not depend on the order in which the inventory has the interfaces', () => {
    const shuffled = plainInterfaces.chain((list) =>
      shuffledSubarray(list, { minLength: list.length }).map((other) => [list, other] as const),
    );
    hold(
      property(shuffled, question, ([list, other], asked) => {
        const [one, two] = [list, other].map((some) =>
          predictAddress({ ...asked, inventory: inventory(some) }),
        );
        expect(two).toEqual(one);
      }),
    );
  });

  it('says what the detection does, where it is certain', () => {
    const enumerating = constantFrom(
      '',
      'interface=[e0-9]',
      'skip-interface=eth',
      'cidr=0.0.0.0/1,::/1',
    );
    hold(
      property(
        plainInterfaces,
        enumerating,
        family,
        release,
        (list, text, version, calicoVersion) => {
          const told = predictAddress({
            inventory: inventory(list),
            kernelVersion: '6.12.0',
            calicoVersion,
            method: text,
            family: version,
            nodeAddresses: [],
            stored: null,
          });
          const ascending = list.toSorted(([, a], [, b]) => (a ?? 0) - (b ?? 0));
          const found = detect({
            method: text,
            family: version,
            calicoVersion,
            interfaces: hosts(ascending),
            nodeAddresses: [],
            surroundings: null,
          });
          const cidr = found.result === 'found' ? `${found.iface} ${found.cidr}` : null;
          const [choice] = told.choices;
          expect(told.sureness).toBe('certain');
          expect(choice ? `${choice.iface} ${choice.ip}/${choice.prefix}` : null).toBe(cidr);
        },
      ),
    );
  });
});
