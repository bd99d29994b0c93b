import type { CheckOutcome } from '../../internal/model/check.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { Evidence, Finding } from '../../internal/model/finding.ts';
import type { Install } from '../../internal/model/install.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import { asciiGlyphs, plainStyle, unicodeGlyphs } from '../../internal/report/style.ts';
import type { TextOptions } from '../../internal/report/style.ts';

/** Text options of tests: no colour, 80 columns. */
export const plainText = (width = 80, isAscii = false): TextOptions => ({
  width,
  style: plainStyle,
  glyphs: isAscii ? asciiGlyphs : unicodeGlyphs,
});

export const installOf = (parts: Partial<Install> = {}): Install => ({
  renderer: 'operator',
  owner: 'user',
  ownerName: null,
  distribution: null,
  state: 'settled',
  datastore: 'kubernetes',
  policyOnly: false,
  typha: true,
  namespace: 'calico-system',
  daemonSet: 'calico-node',
  installation: 'default',
  calicoVersion: 'v3.29.1',
  operatorVersion: 'v1.36.2',
  kubernetesVersion: 'v1.31.4',
  action: 'apply',
  reasons: ['DaemonSet calico-system/calico-node is owned by Installation/default'],
  ...parts,
});

export const remedyOf = (parts: Partial<Remedy> = {}): Remedy => ({
  id: 'use-kubernetes-address',
  title: 'Use the address that Kubernetes knows',
  action: 'apply',
  risk: 'restarts-pods',
  target: { kind: 'Installation', name: 'default' },
  changes: [
    {
      ref: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default' },
      verb: 'patch',
      patchType: 'merge',
      body: { spec: { calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: null } } } },
    },
  ],
  consequences: ['The operator restarts calico-node on one node after the other.'],
  manual: [
    '# one method set, the other one nulled',
    `kubectl patch installation default --type=merge -p '{"spec":{"calicoNetwork":{"nodeAddressAutodetectionV4":{"firstFound":null,"kubernetes":"NodeInternalIP"}}}}'`,
  ],
  ...parts,
});

export const evidenceOf = (parts: Partial<Evidence> = {}): Evidence => ({
  from: { kind: 'Node', name: 'rack2-n07' },
  field: 'metadata.annotations[projectcalico.org/IPv4Address]',
  text: '10.77.0.1/24',
  ...parts,
});

export const findingOf = (parts: Partial<Finding> = {}): Finding => ({
  id: 'wrong-ip-autodetected',
  severity: 'error',
  confidence: 'confirmed',
  title: 'rack2-n07 gave out the address of a bridge',
  summary:
    'rack2-n07 told the cluster 10.77.0.1 (podbr3). Its own address is 10.40.2.17 (bond0), which no other node can reach it by now.',
  ruledOut: ['not a blocked port 179: the other nodes are established with one another'],
  facts: { node: 'rack2-n07', addresses: [{ ip: '10.77.0.1', interface: 'podbr3' }] },
  affected: [
    { kind: 'Node', name: 'rack2-n07' },
    { kind: 'Pod', namespace: 'calico-system', name: 'calico-node-7mz4q' },
  ],
  evidence: [evidenceOf()],
  symptoms: [],
  remedies: [remedyOf()],
  ...parts,
});

export const checkOf = (parts: Partial<CheckOutcome> = {}): CheckOutcome => ({
  id: 'address-conflict',
  title: 'no two nodes have the same address',
  result: 'passed',
  reason: '',
  failed: false,
  ...parts,
});

export const diagnosisOf = (parts: Partial<Diagnosis> = {}): Diagnosis => ({
  takenAt: '2026-04-02T03:11:45Z',
  source: { kind: 'live', name: 'plant-7' },
  toolVersion: '9.8.7',
  nodes: 6,
  nodesWithWorkingCalico: 6,
  install: installOf(),
  verdict: 'healthy',
  findings: [],
  checks: [checkOf()],
  warnings: [],
  ...parts,
});

const node = (name: string) => ({ kind: 'Node', name });

const logLine = (pod: string, text: string, parts: Partial<Evidence> = {}): Evidence => ({
  from: { kind: 'Pod', namespace: 'calico-system', name: pod, container: 'calico-node' },
  field: 'log',
  text,
  at: '2026-04-02T03:08:12.420Z',
  ...parts,
});

/** One diagnosis that has everything in it: two faults, a warning, a remark, every result of a check. */
export const richDiagnosis = (): Diagnosis =>
  diagnosisOf({
    nodesWithWorkingCalico: 4,
    verdict: 'findings',
    findings: [addressFinding(), slowFinding(), luckyFinding(), noiseFinding()],
    checks: [
      checkOf(),
      checkOf({
        id: 'wrong-ip-autodetected',
        title: "every address is the node's own",
        result: 'found',
      }),
      checkOf({ id: 'slow-start', title: 'calico-node has time to start', result: 'found' }),
      checkOf({
        id: 'right-by-luck',
        title: 'every address is right for a reason',
        result: 'found',
      }),
      checkOf({ id: 'pool-smaller', title: 'pools have room', result: 'found' }),
      checkOf({ id: 'bgp-peer-blocked', title: 'every peer can be reached', result: 'found' }),
      checkOf({
        id: 'ipam-exhausted',
        title: 'the pools have free addresses',
        result: 'unknown',
        reason: 'ipPools: no right to list ippools; ipamBlocks: no right to list ipamblocks',
        failed: true,
      }),
      checkOf({
        id: 'crds-missing',
        title: 'every CRD is there',
        result: 'unknown',
        reason: 'customResourceDefinitions: not in the dump',
      }),
      checkOf({
        id: 'typha-tls',
        title: 'Typha and its clients trust each other',
        result: 'not-applicable',
        reason: 'there is no Typha',
      }),
    ],
    warnings: ['The logs of 3 more sick pods were left out.'],
  });

const addressFinding = (): Finding =>
  findingOf({
    evidence: [
      evidenceOf(),
      evidenceOf({ field: 'status.addresses[InternalIP]', text: '10.40.2.17' }),
      logLine(
        'calico-node-7mz4q',
        '2026-04-02 03:08:12.420 [INFO][11] startup/autodetection_methods.go 103: Using autodetected IPv4 address on interface podbr3: 10.77.0.1/24',
      ),
      logLine(
        'calico-node-7mz4q',
        `2026-04-01 22:40:00.001 [ERROR][64] felix/int_dataplane.go 881: A line that goes on and on ${'and on '.repeat(40)}until "no route to host"`,
        { field: 'previous log', at: '2026-04-01T22:40:00.001Z' },
      ),
      {
        from: { kind: 'Pod', namespace: 'calico-system', name: 'calico-node-7mz4q' },
        field: 'event Unhealthy',
        text: 'Readiness probe failed: BIRD is not ready:\nBGP not established with 10.77.0.9\n',
        at: '2026-04-02T03:10:59Z',
      },
      evidenceOf({
        from: node('rack2-n08'),
        field: 'status.addresses[InternalIP]',
        text: '10.40.2.18',
      }),
    ],
    symptoms: [
      {
        id: 'bgp-peer-blocked',
        affected: ['n01', 'n02', 'n03', 'n04', 'n05'].map((n) => node(`rack2-${n}`)),
      },
      { id: 'pods-without-network', affected: [] },
    ],
    remedies: [
      remedyOf(),
      remedyOf({ id: 'node-network', title: 'Look for addresses in 10.40.2.0/24 alone' }),
      remedyOf({
        id: 'remove-bridge',
        title: 'Remove the bridge from the node',
        action: 'manual',
        risk: 'interrupts-traffic',
        target: node('rack2-n07'),
        changes: [],
        consequences: [],
        manual: ['ssh rack2-n07 sudo ip link delete podbr3'],
      }),
    ],
  });

const slowFinding = (): Finding =>
  findingOf({
    id: 'slow-start',
    confidence: 'likely',
    title: 'calico-node is killed before its start is through on 7 nodes',
    summary: 'The start takes about 95 s here, and the liveness probe ends it after 70 s.',
    ruledOut: [],
    facts: { seconds: 95 },
    affected: [1, 2, 3, 4, 5, 6, 7].map((number) => node(`edge-of-the-west-worker-${number}`)),
    evidence: [],
    remedies: [
      remedyOf({
        id: 'probe-limits',
        title: 'Give the liveness probe more time',
        action: 'emit',
        risk: 'restarts-pods',
        target: { kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' },
        consequences: [],
        manual: ["kubectl apply -f - <<'EOF'\nkind: ConfigMap\nEOF"],
      }),
    ],
  });

const luckyFinding = (): Finding =>
  findingOf({
    id: 'right-by-luck',
    severity: 'warning',
    confidence: 'possible',
    title: 'The next restart would give rack2-n05 another address',
    summary: 'The method in use would take vpn1 before bond0.',
    affected: [node('rack2-n05')],
  });

const noiseFinding = (): Finding =>
  findingOf({
    id: 'pool-smaller',
    severity: 'info',
    confidence: 'confirmed',
    title: 'The pool has room for 4 more nodes',
    summary: 'Each node takes a block of 64 addresses.',
    affected: [{ kind: 'IPPool', name: 'pods-v4' }],
    remedies: [],
  });
