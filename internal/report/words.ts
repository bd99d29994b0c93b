import type { CheckResult } from '../model/check.ts';
import type { Confidence, Severity } from '../model/finding.ts';
import type { Distribution, Owner, Renderer } from '../model/install.ts';
import type { Action, Risk } from '../model/remedy.ts';

const several = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

const renderers: Readonly<Record<Renderer, string>> = {
  operator: 'by the operator',
  manifest: 'by manifest',
  canal: 'as Canal',
  none: '',
};

const owners: Readonly<Record<Owner, string>> = {
  user: '',
  helm: 'Helm',
  'helm-controller': 'helm-controller',
  argocd: 'Argo CD',
  flux: 'Flux',
  'addon-manager': 'addon-manager',
  'config-sync': 'Config Sync',
  kapp: 'kapp',
  rancher: 'Rancher',
  kops: 'kOps',
  k0s: 'k0s',
  'k3s-addon': 'K3s add-on',
  gardener: 'Gardener',
  provider: 'managed by the provider',
};

const distributions: Readonly<Record<Distribution, string>> = {
  kubespray: 'kubespray',
  rke1: 'RKE1',
  rke2: 'RKE2',
  k3s: 'K3s',
  k0s: 'k0s',
  kops: 'kOps',
  microk8s: 'MicroK8s',
  aks: 'AKS',
  gke: 'GKE',
  eks: 'EKS',
  openshift: 'OpenShift',
  gardener: 'Gardener',
  kubeadm: 'kubeadm',
  kind: 'kind',
};

const actions: Readonly<Record<Action, string>> = {
  apply: 'lasts when changed here',
  'apply-temporary': 'can be changed here, but is put back by its owner',
  emit: 'has to be changed at its source, not in the cluster',
  manual: 'by hand',
  refuse: 'not safe to change from here',
};

const risks: Readonly<Record<Risk, string>> = {
  none: '',
  'restarts-pods': 'restarts pods',
  'interrupts-traffic': 'interrupts traffic',
};

const severities: Readonly<Record<Severity, string>> = {
  error: '',
  warning: 'warning',
  info: 'information',
};

const confidences: Readonly<Record<Confidence, string>> = {
  confirmed: 'confirmed',
  likely: 'likely',
  possible: 'possible',
};

const results: Readonly<Record<CheckResult, string>> = {
  found: 'does not hold',
  unknown: 'could not tell',
  'not-applicable': 'does not apply',
  passed: 'passed',
};

const en = {
  renderers,
  owners,
  distributions,
  actions,
  risks,
  severities,
  confidences,
  results,
  verdict: {
    broken: (sick: number, all: number, title: string) =>
      `${sick} of ${several(all, 'node', 'nodes')} ${sick === 1 ? 'has' : 'have'} no working calico-node: ${title}`,
    hidden: (all: number, title: string) =>
      `calico-node is ready on ${all === 1 ? 'the only node' : `all ${all} nodes`}, and yet: ${title}`,
    moreFaults: (count: number) => ` (and ${several(count, 'more fault', 'more faults')})`,
    works: (all: number) =>
      `calico-node works on ${all === 1 ? 'the only node' : `all ${all} nodes`}`,
    noFault: (working: number, all: number) =>
      `No fault found; calico-node works on ${working} of ${several(all, 'node', 'nodes')} now`,
    noFaultAtAll: 'No fault found',
    remarks: (warnings: number, infos: number) =>
      [
        ...(warnings > 0 ? [several(warnings, 'warning', 'warnings')] : []),
        ...(infos > 0 ? [several(infos, 'remark', 'remarks')] : []),
      ].join(' and '),
    noCalico: 'No calico-node was found, so nothing can be said about it',
    starting:
      'No fault found, but calico-node works on no node yet; look again when it has had time to start',
    blind: 'Whether Calico works here cannot be told: not everything could be read',
  },
  labels: {
    explains: 'explains',
    ruledOut: 'look-alikes',
    fix: 'Fix',
    next: 'Next',
    or: 'Or: ',
    more: 'More about it:',
    checks: 'Checks',
    install: 'Installation',
    warnings: 'Warnings',
    affected: 'Affected',
    evidence: 'Evidence',
    summary: 'Summary',
  },
  onNodes: (names: string) => (names === '' ? '' : ` on ${names}`),
  previousRun: '(previous run)',
  decides: (mark: string) => `${mark} is the line that decides`,
  moreRows: (count: number) => `and ${count} more: -o wide`,
  moreLines: (count: number) => `# ${several(count, 'more line', 'more lines')}: -o wide`,
  preview: 'See what it would change:',
  inCluster: 'the whole cluster',
  unread: (count: number) => `${several(count, 'check', 'checks')} could not tell:`,
  forChecks: (count: number) => several(count, 'check', 'checks'),
  nextForDump: 'Take a fuller dump where the cluster can be reached, and read it with --from:',
  nextForLive: 'Get what is missing and diagnose again; this shows each request and its answer:',
  nextForNoCalico: 'If it runs under another name, see what there is:',
  closing: {
    context: (name: string) => `context ${name}`,
    dump: (time: string) => `dump of ${time}`,
    dumpOfUnknownTime: 'dump of unknown time',
    nodes: (count: number) => several(count, 'node', 'nodes'),
    calico: (version: string | null) => (version === null ? 'Calico' : `Calico ${version}`),
    noCalico: 'no Calico',
    inNamespace: (namespace: string) => `in ${namespace}`,
    kubernetes: (version: string) => `Kubernetes ${version}`,
    checks: (passed: number, unknown: number) =>
      `${several(passed, 'check', 'checks')} passed${unknown > 0 ? `, ${unknown} could not tell` : ''}`,
    list: ': -o wide',
  },
  predict: {
    head: (family: 4 | 6) => `IPv${family} addresses, now and after the next start of calico-node`,
    firstFound: 'first-found',
    inUse: (method: string) => `${method} (in use)`,
    noDetection: 'No calico-node detects this address now; this is what the methods would choose.',
    hidden: (count: number, hasOthers: boolean) =>
      `${several(count, hasOthers ? 'more node' : 'node', hasOthers ? 'more nodes' : 'nodes')} not shown: -o wide`,
    isSafe: 'safe on every node',
  },
  objections: {
    'leaves-without-address': (nodes: string) => `finds nothing on ${nodes}`,
    'changes-healthy-node': (nodes: string) => `changes the right address of ${nodes}`,
    'does-not-cure': (nodes: string) => `does not give ${nodes} the InternalIP`,
    'same-address-twice': (nodes: string) => `gives one address to several of ${nodes}`,
    'reserved-network': (nodes: string) => `takes an address of pods or services on ${nodes}`,
    'not-foreseeable': (nodes: string) => `cannot be foreseen on ${nodes}`,
  },
  explainedBy: (ids: string) => `explained by ${ids}`,
};

/** Every sentence of the reports that is not a check's or a remedy's own. Another language is another object of this type. */
export const words = { en };

/** The type of a dictionary. */
export type ReportWords = typeof en;
