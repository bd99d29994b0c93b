import type { Distribution, Owner } from '../model/install.ts';
import type { AddressForecast, Change } from '../model/remedy.ts';

const several = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

const requests: Readonly<Record<Change['verb'], string>> = {
  patch: 'patch',
  evict: 'is evicted',
  delete: 'is deleted',
  create: 'is created',
};

const patches: Readonly<Record<NonNullable<Change['patchType']>, string>> = {
  merge: 'merge patch',
  strategic: 'strategic merge patch',
  json: 'JSON patch',
};

const untilByOwner: Readonly<Partial<Record<Owner, string>>> = {
  helm: 'until a Helm upgrade sets the same field',
  kops: 'until kOps updates the cluster',
  k0s: 'until k0s writes its manifest again',
  'k3s-addon': "until the add-on's file changes or K3s restarts",
  flux: 'until Flux compares it with its source',
  argocd: 'until Argo CD syncs',
};

const untilByDistribution: Readonly<Partial<Record<Distribution, string>>> = {
  kubespray: 'until kubespray runs again',
  rke1: 'until rke up runs again',
  microk8s: 'until MicroK8s applies its cni.yaml again',
};

const outcomes: Readonly<Record<AddressForecast['outcome'], string>> = {
  stays: 'stays',
  changes: 'changes',
  none: 'no address',
  unknown: 'not foreseeable',
};

const en = {
  requests,
  patches,
  untilByOwner,
  untilByDistribution,
  until: 'until its owner writes it again',
  lasts: 'lasts',
  newPod: 'its controller starts a new one',
  outcomes,
  heads: ['NODE', 'NOW', 'THEN', ''] as const,
  noAddress: 'none',
  notKnown: '?',
  forFinding: (title: string, id: string, names: string) => `${title}, for ${id} on ${names}`,
  undoOf: (id: string, what: string) => `Take ${id} back: ${what}`,
  severalItems: (count: number) => `One plan for ${count} findings`,
  context: (name: string) => `context ${name}`,
  dump: (name: string) => `dump ${name}`,
  inNamespace: (namespace: string) => ` in ${namespace}`,
  unread: '(the object was not read; this is the patch)',
  noDifference: 'as it is already',
  /** What shows all of it: a flag of the command line. */
  unfold: '-o wide',
  moreLines: (count: number, unfold: string) =>
    `(${several(count, 'more line', 'more lines')}: ${unfold})`,
  moreStay: (count: number, unfold: string) => `(${count} more stay: ${unfold})`,
  moreNodes: (count: number, unfold: string) =>
    `(${several(count, 'more node', 'more nodes')}: ${unfold})`,
  drain: {
    cordon: (count: number) =>
      count === 0
        ? 'is cordoned; no pod has to leave'
        : `is cordoned, then ${several(count, 'pod is', 'pods are')} evicted`,
    isCordoned: (count: number) =>
      count === 0
        ? 'is cordoned already; no pod has to leave'
        : `is cordoned already; ${several(count, 'pod is', 'pods are')} evicted`,
    deleted: (count: number) =>
      `is cordoned, then ${several(count, 'pod is', 'pods are')} deleted, past all disruption budgets`,
    evicted: 'evicted',
    stay: 'stay',
    block: 'blocked',
    list: (unfold: string) => `: ${unfold}`,
  },
  labels: {
    happens: 'What happens',
    undo: 'Undo',
    durable: 'To make it last',
    byHand: 'The same by hand',
    then: 'Left for you to do',
    conflicts: 'Conflicts',
  },
  conflict: (field: string, object: string, remedies: string) =>
    `${object} ${field}: ${remedies} want different values`,
  undoCommand: 'kubectl calico-fix undo',
  notUndoable: 'Pods that were deleted or evicted do not come back; new ones take their place.',
  nothingUndoable: 'nothing of it can be taken back',
  nothingToSend: 'Nothing of it can be done through the API.',
  verdict: {
    client: 'Nothing was changed, and nothing was sent: this is what the tool reckons.',
    clientNext: 'The API server tries it with --dry-run=server.',
    accepts: (count: number, warnings: number) =>
      `Nothing was changed. The API server accepts ${count === 1 ? 'the request' : `all ${count} requests`} (dryRun=All, strict, ${
        warnings === 0 ? 'no warnings' : several(warnings, 'warning', 'warnings')
      }).`,
    acceptsNow: (count: number, warnings: number) =>
      `The API server accepts ${count === 1 ? 'the request' : `all ${count} requests`} (dryRun=All, strict, ${
        warnings === 0 ? 'no warnings' : several(warnings, 'warning', 'warnings')
      }).`,
    partly: (tried: number, untried: number) =>
      `Nothing was changed. Of ${several(tried + untried, 'request', 'requests')} the API server accepts ${tried}; ${untried} could not be tried.`,
    partlyNow: (tried: number, untried: number) =>
      `Of ${several(tried + untried, 'request', 'requests')} the API server accepts ${tried}; ${untried} could not be tried.`,
    nothing: 'There is nothing to change: what this would set is set already.',
    refused: (reason: string) => `Refused: ${reason}`,
    refusedBy: (object: string, reason: string) => `${object} is refused: ${reason}`,
    untried: (object: string, reason: string) => `${object} was not tried: ${reason}`,
    gone: (object: string) => `${object} is gone already`,
    unchanged: (object: string) => `${object} is so already`,
    warning: (text: string) => `warning of the API server: ${text}`,
    drainRefused: (nodes: string) =>
      `Refused: ${nodes} cannot be emptied so, for what stands above.`,
    nothingChanged: 'Nothing was changed.',
  },
};

/** Every sentence of the preview of a plan. Another language is another object of this type. */
export const words = { en };
