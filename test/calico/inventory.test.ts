import { assert as hold, array, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFelix } from '../../internal/calico/inventory-felix.ts';
import { readStartup } from '../../internal/calico/inventory-startup.ts';
import { buildInventory, parseInterfaces } from '../../internal/calico/inventory.ts';
import { parseLog } from '../../internal/calico/log.ts';

const startupLine = (message: string, second = 2): string =>
  `2026-02-03 04:05:0${second}.000 [INFO][9] startup/autodetection_methods.go 1: ${message}`;

const startup = (...messages: readonly string[]) =>
  readStartup(parseLog(messages.map((text) => startupLine(text)).join('\n')));

const felix = (...messages: readonly string[]) =>
  readFelix(
    parseLog(
      messages
        .map((text) => `2026-02-03 04:05:01.000 [INFO][61] felix/int_dataplane.go 1: ${text}`)
        .join('\n'),
    ),
  );

const listed = (name: string, index: number, state: string, ...addresses: readonly string[]) => [
  `Linux interface state changed. ifIndex=${index} ifaceName="${name}" state="${state}"`,
  `Linux interface addrs changed. addrs=set.Set{${addresses.join(',')}} ifaceName="${name}"`,
];

const nothing = {
  felix: null,
  startup: null,
  interfacesAnnotation: undefined,
  stored: [],
  internalIPs: [],
  isStale: false,
};

describe('readStartup', () => {
  it.each([
    ['first-found', 'Using autodetected IPv4 address on interface uplink: 192.0.2.7/26'],
    [
      'skip-interface',
      'Using autodetected IPv4 address on interface uplink: 192.0.2.7/26 while skipping matching interfaces',
    ],
    ['interface', 'Using autodetected IPv4 address 192.0.2.7/26 on matching interface uplink'],
    [
      'cidr',
      'Using autodetected IPv4 address 192.0.2.7/26 on interface uplink matching cidrs [192.0.2.0/24]',
    ],
  ])('reads the choice of %s', (style, message) => {
    const { found, observed } = startup(message);
    expect(found).toEqual([{ ip: '192.0.2.7', prefix: 26, iface: 'uplink' }]);
    expect(observed[4]).toMatchObject({ ip: '192.0.2.7', iface: 'uplink', style });
  });

  it.each([
    'Using autodetected IPv4 address 192.0.2.7/26, detected by connecting to 192.0.2.1',
    'Including CIDR information from host interface. CIDR="192.0.2.7/26"',
  ])('reads an address without its interface: %s', (message) => {
    expect(startup(message)).toMatchObject({
      found: [{ ip: '192.0.2.7', prefix: 26, iface: null }],
      observed: { 4: null },
    });
  });

  it('keeps the newest choice, and knows when the newest attempt failed', () => {
    const chosen = 'Using autodetected IPv4 address on interface uplink: 192.0.2.7/26';
    const failed =
      'Unable to auto-detect an IPv4 address using interface regexes [wan]: no valid host interfaces found';
    expect(startup(failed, chosen)).toMatchObject({
      hasFailed: { 4: false },
      observed: { 4: { iface: 'uplink' } },
    });
    expect(startup(chosen, failed)).toMatchObject({
      hasFailed: { 4: true },
      observed: { 4: null },
    });
  });

  it('knows what is on no interface', () => {
    expect([
      ...startup(
        'Unable to find matching host interface for IP 192.0.2.9',
        'Unable to confirm IPv6 address 2001:db8::9 is assigned to this host',
      ).missing,
    ]).toEqual(['192.0.2.9', '2001:db8::9']);
  });

  it('reads the order of tries from the lines of debug level', () => {
    const { order, found } = startup(
      'Querying interface addresses Interface="bridge9"',
      'Querying interface addresses Interface="uplink"',
      'Found valid IP address and network CIDR=192.0.2.7/26',
      'Querying interface addresses Interface="bridge9"',
    );
    expect(order).toEqual(['bridge9', 'uplink']);
    expect(found).toEqual([{ ip: '192.0.2.7', prefix: 26, iface: 'uplink' }]);
  });

  it('reads the interfaces that can-reach compares, up to v3.20', () => {
    expect(
      startup('Checking interface CIDRs Name="uplink"', 'Checking CIDR CIDR="192.0.2.7/26"').found,
    ).toEqual([{ ip: '192.0.2.7', prefix: 26, iface: 'uplink' }]);
  });
});

describe('parseInterfaces', () => {
  it.each([
    [undefined, null],
    ['nonsense', null],
    ['{}', null],
    ['[{"name":"uplink","addresses":["192.0.2.7","x"]},{"name":"spare"},7,{"addresses":[]}]', 2],
  ])('%s', (text, count) => {
    expect(parseInterfaces(text)?.length ?? null).toBe(count);
  });
});

describe('buildInventory', () => {
  it('is a part of the truth where there are addresses alone', () => {
    const inventory = buildInventory({
      ...nothing,
      stored: [{ ip: '10.7.0.1', prefix: 24 }],
      internalIPs: ['192.0.2.7', '2001:DB8::7'],
    });
    expect(inventory.interfaces).toEqual([]);
    expect(inventory.unplaced).toEqual([
      { ip: '10.7.0.1', prefix: 24, source: 'stored-address' },
      { ip: '192.0.2.7', prefix: null, source: 'InternalIP' },
      { ip: '2001:db8::7', prefix: null, source: 'InternalIP' },
    ]);
    expect(inventory.completeness).toEqual({ 4: 'part', 6: 'part' });
  });

  it('drops a stored address that calico-node did not find', () => {
    const { unplaced } = buildInventory({
      ...nothing,
      startup: startup('Unable to confirm IPv4 address 10.7.0.1 is assigned to this host'),
      stored: [{ ip: '10.7.0.1', prefix: 24 }],
    });
    expect(unplaced).toEqual([]);
  });

  it('takes index and state from Felix, prefixes from elsewhere', () => {
    const { interfaces, completeness, unplaced } = buildInventory({
      ...nothing,
      felix: felix(
        ...listed('lo', 1, 'up', '127.0.0.1'),
        ...listed('uplink', 2, 'up', '192.0.2.7', 'fe80::7'),
        ...listed('spare', 3, 'down'),
      ),
      stored: [{ ip: '192.0.2.7', prefix: 26 }],
      internalIPs: ['192.0.2.7'],
    });
    expect(
      interfaces.map(({ name, ifIndex, mayHideAddresses }) => [name, ifIndex, mayHideAddresses]),
    ).toEqual([
      ['lo', 1, false],
      ['uplink', 2, false],
      ['spare', 3, true],
    ]);
    expect(interfaces[1]?.addresses).toEqual([
      { ip: '192.0.2.7', prefix: 26 },
      { ip: 'fe80::7', prefix: null },
    ]);
    expect(completeness[4]).toBe('all');
    expect(unplaced).toEqual([]);
  });

  it('takes the kernel order of addresses from the annotation, and what a switched-off interface hides', () => {
    const { interfaces } = buildInventory({
      ...nothing,
      felix: felix(
        ...listed('lo', 1, 'up', '127.0.0.1'),
        ...listed('uplink', 2, 'up', '192.0.2.8', 'fe80::7', '192.0.2.7'),
        ...listed('spare', 3, 'down'),
      ),
      interfacesAnnotation: JSON.stringify([
        { name: 'uplink', addresses: ['192.0.2.7', '192.0.2.8'] },
        { name: 'spare', addresses: ['10.7.0.1'] },
      ]),
    });
    expect(interfaces.slice(1)).toMatchObject([
      {
        name: 'uplink',
        ifIndex: 2,
        isOrdered: true,
        addresses: [{ ip: '192.0.2.7' }, { ip: '192.0.2.8' }, { ip: 'fe80::7' }],
      },
      { name: 'spare', ifIndex: 3, mayHideAddresses: false, addresses: [{ ip: '10.7.0.1' }] },
    ]);
  });

  it('does not revive from the annotation what Felix saw going', () => {
    const { interfaces } = buildInventory({
      ...nothing,
      felix: felix(
        ...listed('lo', 1, 'up', '127.0.0.1'),
        'Linux interface state changed. ifIndex=9 ifaceName="bridge9" state=""',
      ),
      interfacesAnnotation: JSON.stringify([{ name: 'bridge9', addresses: ['10.7.0.1'] }]),
    });
    expect(interfaces.map(({ name }) => name)).toEqual(['lo']);
  });

  it('has all names but the excluded ones from the annotation, for the families that it lists', () => {
    expect(
      buildInventory({
        ...nothing,
        interfacesAnnotation: '[{"name":"uplink","addresses":["192.0.2.7"]}]',
      }).completeness,
    ).toEqual({ 4: 'not-excluded', 6: 'part' });
  });
});

it('never throws, whatever a log and an annotation hold', () => {
  const piece = oneof(
    constantFrom('Linux interface addrs changed. addrs=', 'Netlink address update ', ' ifIndex='),
    constantFrom('Linux interface state changed. ', ' ifaceName="', '" state="', 'set.Set{', '}'),
    constantFrom('Using autodetected IPv4 address on interface ', ': 192.0.2.7/', ' ifIndex=7 '),
    constantFrom('Received interface update msg=&x.ifaceUpdate{Name:"', ', Index:', '192.0.2.7'),
    string(),
  );
  const messages = array(array(piece, { maxLength: 5 }).map((parts) => parts.join('')));
  hold(
    property(messages, string(), (lines, interfacesAnnotation) => {
      const built = buildInventory({
        ...nothing,
        felix: felix(...lines),
        startup: startup(...lines),
        interfacesAnnotation,
      });
      const placed = built.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
      expect(built.unplaced.filter(({ ip }) => placed.includes(ip))).toEqual([]);
    }),
  );
});
