import { ailing, type SaidLine } from './journey-ailments.ts';
import { briefly, type Fault } from './journey-faults.ts';
import { between, container } from './journey-template-faults.ts';

// Faults that Felix alone tells of, again and again, while its pod goes on.

const felix = (level: string, file: string, message: string): SaidLine => [
  level,
  'felix',
  file,
  message,
];

const said = (finding: string, says: readonly SaidLine[]): Fault =>
  ailing({
    finding,
    fix: { timeout: briefly },
    ails: () => ({ has: () => true, says }),
  });

const refused = (output: string): SaidLine =>
  felix(
    'WARNING',
    'table.go',
    `Failed to execute ip(6)tables-restore command error=exit status 4 errorOutput="${output}" ipVersion=0x4 table="filter"`,
  );

/** A firewall program of the machine keeps the lock of iptables. */
const heldLock = said('iptables-programming-failure', [
  refused(
    'Another app is currently holding the xtables lock. Perhaps you want to use the -w option?\\n',
  ),
  felix(
    'PANIC',
    'table.go',
    'Failed to program iptables, giving up after retries error=exit status 4',
  ),
]);

/** Felix was told of one kind of iptables, and everybody else uses the other. */
const otherBackend = said('iptables-backend-mismatch', [
  felix('INFO', 'daemon.go', 'Felix starting up'),
  felix(
    'WARNING',
    'feature_detect_linux.go',
    'Iptables backend specified does not match the detected backend, using specified backend detectedBackend="nft" specifiedBackend="legacy"',
  ),
]);

const fullSet = said('ipset-failure', [
  felix(
    'ERROR',
    'ipsets.go',
    `Bad return code from 'ipset restore'. error=exit status 1 family="inet" stderr="ipset v7.11: Hash is full, cannot add more elements\\n"`,
  ),
  felix('PANIC', 'ipsets.go', 'Failed to update IP sets after multiple retries. family="inet"'),
]);

/** Another overlay of the machines has the VXLAN identifier that Calico wants. */
const otherTunnel = said('vxlan-device-conflict', [
  felix(
    'WARNING',
    'vxlan_mgr.go',
    `Failed to configure VXLAN tunnel device, retrying... error=can't locate created vxlan device vxlan.calico ipVersion=0x4`,
  ),
]);

const refusedTransaction = said('nftables-programming-failure', [
  felix(
    'PANIC',
    'table.go',
    'Failed to program nftables, giving up after retries error=error performing nft transaction',
  ),
]);

const older = (tag: string) => container({ image: `docker.io/calico/node:${tag}` });

/** calico-node is of a release that does not run where the kernel's reverse-path filter is loose, as it is here. */
const looseFilter: Fault = ailing({
  finding: 'rp-filter-loose',
  fix: { timeout: briefly },
  ...between(older('v3.11.3'), older('v3.24.5')),
  ails: () => ({
    has: ({ image }) => image.endsWith('v3.11.3'),
    says: [
      felix(
        'FATAL',
        'int_dataplane.go',
        `Kernel's RPF check is set to 'loose'.  This would allow endpoints to spoof their IP address.`,
      ),
    ],
  }),
});

/** Faults of an older manifest. */
export const felixFaults = {
  heldLock,
  otherBackend,
  fullSet,
  otherTunnel,
  refusedTransaction,
  looseFilter,
} satisfies Readonly<Record<string, Fault>>;
