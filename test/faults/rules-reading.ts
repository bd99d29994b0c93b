import { newestUndoable } from '../../cmd/records.ts';
import { isObject } from '../support/json.ts';
import { askedOf } from './asked.ts';
import { type Deed, documentOf, isDone, isOnlyShown, verbOf } from './deed.ts';
import { type Reading, readingsOf } from './readings.ts';

const textOf = ({ ran: { stdout, stderr } }: Deed): string => stdout + stderr;

// Many clusters go without metrics; where they have them and do not give them, a warning is what that is worth.
const isAddOn = ({ place }: Reading, deed: Deed): boolean =>
  place.startsWith('/apis/metrics.k8s.io/') && /could not read/i.test(textOf(deed));

// What a drain asks beside the diagnosis: where it cannot tell whose a pod is, it says so and leaves it.
const isOfDrain = ({ place }: Reading, deed: Deed): boolean =>
  /\/daemonsets\/[^/?]+$/.test(place) && /Not all DaemonSets can be read/.test(textOf(deed));

// Which groups there are only saves requests: without it each is asked for. Of the version nothing depends.
const isOnlyOfUse = ({ place }: Reading): boolean => place === '/apis' || place === '/version';

const left = /The right to .* is missing|of the namespaces only .* were looked at/;

// What of a cluster beside Calico a user may not see, as many may not, is left out, and said so.
function isLeftOut({ place, isForbidden }: Reading, deed: Deed): boolean {
  if (!isForbidden || !left.test(textOf(deed))) return false;
  const { namespace, resource, verb } = askedOf('GET', place);
  const isAcross = ['pods', 'events', 'daemonsets', 'deployments', 'services'].includes(resource);
  return verb === 'list' && (namespace === '' ? isAcross : namespace !== deed.namespace);
}

const forgiven = [isAddOn, isOfDrain, isOnlyOfUse, isLeftOut];

const lostIn = (deed: Deed): readonly Reading[] =>
  readingsOf(deed.seen).filter(
    (one) => !one.isWhole && !forgiven.some((isForgiven) => isForgiven(one, deed)),
  );

/** The lists without which nobody can say how Calico is, wherever they are asked for. */
const basis = (namespace: string): readonly (readonly [string, RegExp])[] => [
  ['nodes', /^\/api\/v1\/nodes$/],
  ['DaemonSets', new RegExp(`^/apis/apps/v1/(namespaces/${namespace}/)?daemonsets$`)],
  ['pods', new RegExp(`^/api/v1/(namespaces/${namespace}/)?pods[?]labelSelector=k8s-app`)],
];

const whole = (namespace: string): readonly (readonly [string, RegExp])[] => [
  ...basis(namespace),
  ['definitions', /^\/apis\/apiextensions\.k8s\.io\/v1\/customresourcedefinitions$/],
  ['pools', /^\/apis\/crd\.projectcalico\.org\/v1\/ippools$/],
  ['FelixConfigurations', /^\/apis\/crd\.projectcalico\.org\/v1\/felixconfigurations$/],
  ['events', new RegExp(`^/api/v1/namespaces/${namespace}/events$`)],
  ['logs', /\/pods\/calico-node-[^/]+\/log[?]container=calico-node/],
  ...(namespace === 'calico-system'
    ? [['Installations', /^\/apis\/operator\.tigera\.io\/v1\/installations$/] as const]
    : []),
];

const missing = (
  seen: Deed['seen'],
  lists: readonly (readonly [string, RegExp])[],
): readonly string[] => {
  const read = readingsOf(seen).filter(({ isWhole }) => isWhole);
  return lists
    .filter(([, pattern]) => !read.some(({ place }) => pattern.test(place)))
    .map(([name]) => name);
};

// A dry run ends with 0 where nothing is left to change, which says nothing of health where a change has been made and waits.
const isAboutDifference = ({ ran, recordsBefore }: Deed): boolean =>
  isOnlyShown(ran) && newestUndoable(recordsBefore) !== null;

/** Whether a command said, in whatever form, that nothing is wrong. */
function saysHealthy(deed: Deed): boolean {
  const { ran, seen } = deed;
  const verb = verbOf(ran);
  const wrote = seen.some(({ isWrite }) => isWrite);
  if (documentOf(deed)?.['verdict'] === 'healthy') return true;
  if (ran.code !== 0) return false;
  return verb === 'diagnose' || (verb === 'fix' && !wrote && !isAboutDifference(deed));
}

function health(deed: Deed): readonly string[] {
  if (!saysHealthy(deed)) return [];
  const { wasSick, isSick, seen, namespace } = deed;
  const lost = lostIn(deed).map(({ place }) => place);
  const never = missing(seen, whole(namespace));
  return [
    ...(wasSick && isSick ? ['said to be healthy, and a node is sick'] : []),
    ...(lost.length > 0 ? [`said to be healthy, and not read: ${lost.join(', ')}`] : []),
    ...(never.length > 0 ? [`said to be healthy without ${never.join(', ')}`] : []),
  ];
}

/** What a fix needs to have read before its first write, and to be sure in the end. */
function ground(deed: Deed): readonly string[] {
  const { ran, seen, isWell, namespace } = deed;
  const first = seen.findIndex(isDone);
  if (verbOf(ran) !== 'fix' || first < 0) return [];
  const before = missing(seen.slice(0, first), basis(namespace));
  const after = ran.code === 0 ? missing(seen.slice(first), basis(namespace)) : [];
  return [
    ...(before.length > 0 ? [`changed something without having read ${before.join(', ')}`] : []),
    ...(after.length > 0 ? [`verified without having read ${after.join(', ')}`] : []),
    ...(ran.code === 0 && !isWell ? ['fixed and verified, and the node is sick'] : []),
  ];
}

const admission =
  /cannot be read|could not|can ?not|no right to|is missing|were looked at|error:|unknown|[Ii]nterrupted/;

// A document has its own places for that.
function isAdmitted(deed: Deed): boolean {
  const document = documentOf(deed);
  if (document === null) return admission.test(textOf(deed));
  const { checks, warnings } = document;
  const open = Array.isArray(checks) ? checks.filter(isObject) : [];
  return (
    open.some(({ result }) => result === 'unknown') ||
    (Array.isArray(warnings) && warnings.length > 0) ||
    admission.test(deed.ran.stderr)
  );
}

function silence(deed: Deed): readonly string[] {
  if (verbOf(deed.ran) !== 'diagnose' || isAdmitted(deed)) return [];
  const lost = lostIn(deed).map(({ place }) => place);
  return lost.length > 0 ? [`not a word of what was not read: ${lost.join(', ')}`] : [];
}

/** What of the rules about reading a command has broken: nothing may be said or done on the ground of what was not read. */
export const readingFaults = (deed: Deed): readonly string[] => [
  ...health(deed),
  ...ground(deed),
  ...silence(deed),
];
