import { expect, it } from 'vitest';
import { missingModuleFault, modulesIn } from '../../internal/calico/kernel-modules.ts';

it.each<[string, readonly string[]]>([
  [
    'Failed to execute ip(6)tables-restore command error=exit status 2 errorOutput="iptables-restore v1.8.4 (nf_tables): Couldn\'t load match `set\':No such file or directory\\n"',
    ['xt_set'],
  ],
  ["x: Couldn't load match `rpfilter':No such file or directory", ['ipt_rpfilter']],
  ["x: Couldn't load target `MARK':No such file or directory", ['xt_mark']],
  ["x: Couldn't load target `NFLOG':No such file or directory", ['xt_NFLOG']],
  ['Warning: Extension addrtype revision 0 not supported, missing kernel module?', ['xt_addrtype']],
  [
    "iptables-restore v1.8.7 (legacy): can't initialize iptables table `raw': Table does not exist (do you need to insmod?)",
    ['iptable_raw'],
  ],
  [
    "ip6tables v1.8.2 (legacy): can't initialize ip6tables table `nat': Table does not exist",
    ['ip6table_nat'],
  ],
  ["iptables-restore: unable to initialize table 'mangle'", ['iptable_mangle']],
  ['modprobe: FATAL: Module ip_set not found in directory /lib/modules/6.1.0-9-cloud', ['ip_set']],
  ["modprobe: ERROR: could not insert 'xt_set': Unknown symbol in module", ['xt_set']],
  ['iptables v1.8.8 (nf_tables): Failed to initialize nft: Protocol not supported', ['nf_tables']],
  [
    'Bad return code from \'ipset list\'. error=exit status 1 stderr="ipset v7.1: Cannot open session to kernel.\\n"',
    ['ip_set', 'xt_set'],
  ],
  [
    'stderr="ipset v7.11: Error in line 1: Kernel error received: set type not supported"',
    ['ip_set_hash_ip', 'ip_set_hash_net'],
  ],
  ['Failed configure VXLAN tunnel device, retrying... error=operation not supported', ['vxlan']],
  ['Failed to configure VXLAN tunnel device, retrying... error=operation not supported', ['vxlan']],
  [
    'Failed to configure tunnel device, retrying... error=operation not supported ipVersion=0x4 tunnelDevice="vxlan.calico"',
    ['vxlan'],
  ],
  [
    'Failed to configure tunnel device, retrying... error=operation not supported ipVersion=0x4 tunnelDevice="tunl0"',
    ['ipip'],
  ],
  ['Failed to add IPIP tunnel device error=exit status 1', ['ipip']],
])('%s', (message, modules) => {
  expect(modulesIn(message)).toEqual(modules);
  expect(missingModuleFault.pattern.test(message)).toBe(true);
});

it.each([
  'attempted to modprobe nf_conntrack_proto_sctp error=exit status 1 output=""',
  'attempted to modprobe nf_conntrack_proto_sctp error=exit status 1 output="modprobe: FATAL: Module nf_conntrack_proto_sctp not found in directory /lib/modules/6.8.0"',
  'Failed to configure tunnel device, retrying... error=operation not permitted tunnelDevice="vxlan.calico"',
  'Failed to add IPIP tunnel device error=operation not permitted',
  "iptables v1.8.7 (legacy): can't initialize iptables table `filter': Permission denied (you must be root)",
  'Warning: Kernel support protocol versions 6-7 while userspace supports protocol versions 6-6',
  'tcx is not supported. Falling back to tc',
  'iptables: No chain/target/match by that name.',
])('nothing: %s', (message) => {
  expect(modulesIn(message)).toEqual([]);
  expect(missingModuleFault.pattern.test(message)).toBe(false);
});

it('looks through an endless line once', () => {
  const line = 'ailed '.repeat(40_000);
  const start = performance.now();
  expect(modulesIn(line)).toEqual([]);
  expect(missingModuleFault.pattern.test(line)).toBe(false);
  expect(performance.now() - start).toBeLessThan(2000);
});
