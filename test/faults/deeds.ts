import type { Deed } from './deed.ts';
import type { Seen } from './proxy.ts';

/** A reading that the API server answered, of a list with these fields. */
export const reading = (url: string, list: object = {}): Seen => ({
  method: 'GET',
  url,
  isWrite: false,
  fault: null,
  answer: { status: 200, headers: {}, body: Buffer.from(JSON.stringify(list)) },
  isTrue: true,
  msSinceInterrupt: null,
  atMs: 0,
  answeredAtMs: 0,
  isOverExpired: false,
});

/** What a fix has to read before it changes something, and again before it is sure. */
export const basis: readonly Seen[] = [
  reading('/api/v1/nodes?limit=500'),
  reading('/apis/apps/v1/daemonsets?limit=500'),
  reading('/api/v1/pods?labelSelector=k8s-app+in+%28calico-node%29&limit=500'),
];

/** A command in a well cluster that left all as it was. */
export const quiet: Deed = {
  ran: { args: [], code: 0, stdout: '', stderr: '', seconds: 1 },
  seen: [],
  namespace: 'kube-system',
  mayWrite: /./,
  meddledWith: null,
  damaged: [],
  speed: 20,
  before: new Map(),
  after: new Map(),
  podsBefore: new Map(),
  wasSick: false,
  isSick: false,
  isWell: true,
  recordsBefore: [],
  records: [],
  secondsSinceInterrupt: null,
  limitSeconds: 10,
};
