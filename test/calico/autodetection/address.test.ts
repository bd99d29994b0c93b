import { isIPv4, isIPv6 } from 'node:net';
import { assert as hold, ipV4, ipV6, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isGlobalUnicast,
  parseAddress,
  parseZonedAddress,
} from '../../../internal/calico/autodetection/address.ts';

const globalUnicast = (text: string): boolean | null => {
  const address = parseAddress(text);
  return address && isGlobalUnicast(address);
};

describe('parseAddress', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:DB8::7', '2001:db8::7'],
    ['2001:db8:0:0:1:0:0:7', '2001:db8::1:0:0:7'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1:2:3:4:5'],
    ['::', '::'],
    ['fe80::', 'fe80::'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
  ])('reads %s as Go prints it', (text, printed) => {
    expect(parseAddress(text)?.text).toBe(printed);
  });

  it.each([
    '',
    '192.0.2',
    '192.0.2.07',
    '192.0.2.256',
    ' 192.0.2.7',
    '192.0.2.7 ',
    '0xc0.0.2.7',
    '192.0.2.7/24',
    '2001:db8',
    '2001:db8:::7',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7::8:9',
    '1:2:3:4:5:6:7:8::',
    '192.0.2.7::',
    ':1:2:3:4:5:6:7',
    'fe80::1%eth0',
    'fe80::1%',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('keeps a zone apart', () => {
    expect(parseZonedAddress('fe80::1%eth0')).toMatchObject({
      zone: 'eth0',
      address: { text: 'fe80::1' },
    });
    expect(parseZonedAddress('192.0.2.7%eth0')).toBeNull();
  });

  it('takes what the platform takes, and prints what it reads back', () => {
    hold(
      property(oneof(ipV4(), ipV6(), string()), (text) => {
        const address = parseAddress(text);
        expect(address !== null).toBe(isIPv4(text) || (isIPv6(text) && !text.includes('%')));
        expect(address && parseAddress(address.text)).toEqual(address);
      }),
    );
  });
});

describe('isGlobalUnicast', () => {
  it.each([
    ['10.1.2.3', true],
    ['100.64.0.1', true],
    ['198.51.100.4', true],
    ['240.0.0.1', true],
    ['172.17.0.1', true],
    ['fd12::1', true],
    ['2001:db8::1', true],
    ['0.0.0.0', false],
    ['127.0.0.1', false],
    ['127.200.0.1', false],
    ['169.254.1.1', false],
    ['224.0.0.1', false],
    ['239.1.1.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['fe80::1', false],
    ['febf::1', false],
    ['fec0::1', true],
    ['ff02::1', false],
  ])('%s: %s', (text, wanted) => {
    expect(globalUnicast(text)).toBe(wanted);
  });
});
