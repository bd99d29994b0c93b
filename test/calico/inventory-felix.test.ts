import { describe, expect, it } from 'vitest';
import { readFelix } from '../../internal/calico/inventory-felix.ts';
import { parseLog } from '../../internal/calico/log.ts';

const line = (message: string, pid = 61, second = 1): string =>
  `2026-02-03 04:05:0${second}.000 [INFO][${pid}] felix/int_dataplane.go 1: ${message}`;

const state = (name: string, value: string, index: number | null = 7): string =>
  `Linux interface state changed.${index === null ? '' : ` ifIndex=${index}`} ifaceName="${name}" state="${value}"`;

const addrs = (name: string, set: string): string =>
  `Linux interface addrs changed. addrs=${set} ifaceName="${name}"`;

function read(...lines: readonly string[]) {
  const { interfaces, gone, isComplete } = readFelix(parseLog(lines.join('\n')));
  const shown = [...interfaces].map(([name, { ifIndex, isDown, addresses }]) => [
    name,
    ifIndex,
    isDown,
    addresses && [...addresses].toSorted(),
  ]);
  return { shown, gone: [...gone], isComplete };
}

describe('readFelix', () => {
  it.each([
    ['up to v3.22', 'set.mapSet{"192.0.2.7":set.empty{}, "fe80::7":set.empty{}}'],
    ['v3.23', 'set.mapSet{192.0.2.7,fe80::7}'],
    ['v3.26 and newer', 'set.Set{fe80::7,192.0.2.7}'],
  ])('reads the set of %s', (_release, set) => {
    expect(read(line(state('uplink', 'up')), line(addrs('uplink', set))).shown).toEqual([
      ['uplink', 7, false, ['192.0.2.7', 'fe80::7']],
    ]);
  });

  it.each([
    ['ifaceUpdate', ', Index:7', 7, 'set.mapSet{"192.0.2.7":set.empty{}}'],
    ['ifaceUpdate', '', null, 'set.mapSet{"192.0.2.7":set.empty{}}'],
    ['ifaceStateUpdate', ', Index:7', 7, 'set.Typed[string]{"192.0.2.7":set.v{}}'],
  ])('reads what the dataplane repeats: %s%s', (type, index, ifIndex, set) => {
    const lines = [
      `Received interface update msg=&intdataplane.${type}{Name:"uplink", State:"down"${index}}`,
      `Received interface addresses update msg=&intdataplane.ifaceAddrsUpdate{Name:"uplink", Addrs:${set}}`,
      `Interface addrs changed. update=&intdataplane.ifaceAddrsUpdate{Name:"uplink", Addrs:${set}}`,
    ];
    for (const some of [lines, lines.slice(0, 2), [lines[0] ?? '', lines[2] ?? '']])
      expect(read(...some.map((text) => line(text))).shown).toEqual([
        ['uplink', ifIndex, true, ['192.0.2.7']],
      ]);
  });

  it('does without an index, as v3.12 and older', () => {
    expect(read(line(state('uplink', 'up', null))).shown).toEqual([['uplink', null, false, null]]);
  });

  it('believes the monitor rather than what is repeated late', () => {
    const late =
      'Interface addrs changed. update=&intdataplane.ifaceAddrsUpdate{Name:"uplink", Addrs:set.Set{192.0.2.9}}';
    expect(read(line(addrs('uplink', 'set.Set{192.0.2.7}')), line(late)).shown).toEqual([
      ['uplink', null, null, ['192.0.2.7']],
    ]);
  });

  it('takes single addresses for an index that it has a name for', () => {
    const one = (addr: string, exists: boolean, index: number): string =>
      line(
        `Netlink address update for known interface.  addr="${addr}" exists=${exists} ifIndex=${index}`,
      );
    expect(
      read(
        line(state('uplink', 'up')),
        one('192.0.2.7', true, 7),
        one('192.0.2.8', true, 7),
        one('192.0.2.8', false, 7),
        one('192.0.2.9', true, 8),
      ).shown,
    ).toEqual([['uplink', 7, false, ['192.0.2.7']]]);
  });

  it.each([
    ['<nil>', addrs('bridge9', '<nil>')],
    ['an empty state', state('bridge9', '', 9)],
    [
      'a nil set',
      'Interface addrs changed. update=&intdataplane.ifaceAddrsUpdate{Name:"bridge9", Addrs:set.Set(nil)}',
    ],
  ])('forgets an interface after %s', (_what, last) => {
    const { shown, gone } = read(line(state('bridge9', 'up', 9)), line(last));
    expect(shown).toEqual([]);
    expect(gone).toEqual(['bridge9']);
  });

  it('keeps one that came back', () => {
    const { shown, gone } = read(
      line(state('bridge9', '', 9)),
      line(state('bridge9', 'up', 12)),
      line(addrs('bridge9', 'set.Set{}')),
    );
    expect(shown).toEqual([['bridge9', 12, false, []]]);
    expect(gone).toEqual([]);
  });

  it('knows the listing at the start by `lo`, and drops its network', () => {
    const { shown, isComplete } = read(
      line(state('lo', 'up', 1)),
      line(addrs('lo', 'set.Set{127.0.0.0,127.0.0.1,::1}')),
    );
    expect(shown).toEqual([['lo', 1, false, ['127.0.0.1', '::1']]]);
    expect(isComplete).toBe(true);
    expect(read(line(state('uplink', 'up'))).isComplete).toBe(false);
  });

  it('counts the last run alone', () => {
    const { shown, isComplete } = read(
      line(state('lo', 'up', 1), 61),
      line(state('bridge9', 'up', 9), 61),
      line(state('uplink', 'up'), 88),
    );
    expect(shown).toEqual([['uplink', 7, false, null]]);
    expect(isComplete).toBe(false);
  });

  it('says when an interface last changed', () => {
    const { interfaces } = readFelix(
      parseLog([line(state('uplink', 'down')), line(state('uplink', 'up'), 61, 5)].join('\n')),
    );
    expect(interfaces.get('uplink')?.changedAt).toBe('2026-02-03T04:05:05.000Z');
  });
});
