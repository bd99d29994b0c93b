import { describe, expect, it } from 'vitest';
import { methodProblem, type MethodProblem } from '../../internal/calico/method-syntax.ts';

const problemOf = (
  method: string,
  more: { version?: string | null; family?: 4 | 6; variables?: readonly string[] | null } = {},
): MethodProblem['kind'] | null => {
  const { version = 'v3.29.1', family = 4, variables = [] } = more;
  const names = variables === null ? null : new Set(variables);
  return methodProblem(method, { calicoVersion: version, family, variables: names })?.kind ?? null;
};

describe('methodProblem', () => {
  it.each([
    'first-found',
    'kubernetes-internal-ip',
    'cidr=10.0.0.0/8',
    'cidr=10.0.0.0/8, 192.168.0.0/16',
    'cidr=10.0.0.0/8,fd00::/8',
    'interface=^ens3$',
    'interface=^ens(3|4)$,^eth0$',
    String.raw`interface=[[:alpha:]]+\d{2}`,
    'skip-interface=^br0$',
    'can-reach=10.0.0.1',
    'can-reach=gateway.example',
  ])('accepts %s', (method) => {
    expect(problemOf(method)).toBeNull();
  });

  it.each<[string, MethodProblem['kind']]>([
    ['', 'empty'],
    [' first-found', 'blanks'],
    ['interface= eth0', 'blanks'],
    ['firstFound', 'unknown-keyword'],
    ['eth0', 'unknown-keyword'],
    ['NodeInternalIP', 'unknown-keyword'],
    ['kubernetes-internal-ip=1', 'unknown-keyword'],
    ['cidrs=10.0.0.0/8', 'keyword-cidrs'],
    ['cidr=10.0.0.0', 'bad-network'],
    ['cidr=10.0.0.0/33', 'bad-network'],
    ['cidr=10.0.0.0/8,x', 'bad-network'],
    ['cidr=fd00::/8', 'other-family'],
    ['interface=', 'empty-element'],
    ['interface=eth0,', 'empty-element'],
    ['skip-interface=eth0,', 'empty-element'],
    ['interface=eth{1,2}', 'split-braces'],
    ['interface=(?!docker)', 'bad-pattern'],
    [String.raw`interface=(eth)\1`, 'bad-pattern'],
    ['skip-interface=[', 'bad-pattern'],
    ['can-reach=', 'no-destination'],
    ['can-reach=0.0.0.0', 'no-destination'],
    ['can-reach=10.0.0.1/24', 'not-an-address'],
    ['can-reach=10.0.0.1:80', 'not-an-address'],
    ['can-reach=fd00::1', 'other-family'],
    ['can-reach=$(NODEIP)', 'unexpanded'],
  ])('refuses %s: %s', (method, kind) => {
    expect(problemOf(method)).toBe(kind);
  });

  it.each<[string, string, MethodProblem['kind'] | null]>([
    ['cidr=10.0.0.0/8', 'v3.15.5', 'needs-release'],
    ['cidr=10.0.0.0/8', 'v3.16.0', null],
    ['kubernetes-internal-ip', 'v3.21.6', 'needs-release'],
    ['kubernetes-internal-ip', 'v3.22.0', 'stores-network'],
    ['kubernetes-internal-ip', 'v3.22.3', 'stores-network'],
    ['kubernetes-internal-ip', 'v3.22.4', null],
    ['kubernetes-internal-ip', 'v3.23.1', 'stores-network'],
    ['kubernetes-internal-ip', 'v3.23.2', null],
  ])('%s in %s: %s', (method, version, kind) => {
    expect(problemOf(method, { version })).toBe(kind);
  });

  it('refuses in an unknown release only what none understands', () => {
    expect(problemOf('kubernetes-internal-ip', { version: null })).toBeNull();
    expect(problemOf('eth0', { version: null })).toBe('unknown-keyword');
  });

  it('looks at the family', () => {
    expect(problemOf('cidr=fd00::/8', { family: 6 })).toBeNull();
    expect(problemOf('cidr=10.0.0.0/8', { family: 6 })).toBe('other-family');
    expect(problemOf('can-reach=fd00::1', { family: 6 })).toBeNull();
  });

  it('takes a variable that is there, and none with an operator', () => {
    expect(problemOf('can-reach=$(NODEIP)', { variables: ['NODEIP'] })).toBeNull();
    expect(problemOf('can-reach=$(NODEIP)', { variables: null })).toBe('unexpanded');
  });
});
