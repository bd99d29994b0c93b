import { mainByName, type KnownPod, type PodIndex } from './pod-index.ts';

/** The container that a log file is of. */
export interface LogPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  /**
   * The file says nothing of a container: it is taken for the main one's, and may hold the others'
   * lines too.
   */
  readonly isGuess: boolean;
}

const extensions = /\.(?:log|txt|out|text)$/i;
const previousWords = new Set(['previous', 'prev', 'p']);
const previousFolder = /^(?:previous|prev)(?:[-_.]?logs?)?$|^logs?[-_.](?:previous|prev)$/;

// Words that may stand in the name of a log besides pod, container and namespace.
const idleWords = new Set(
  `log logs container containers pod pods current insecure stdout stderr full all init kubectl
   output errors previous prev`.split(/\s+/),
);

/**
 * Tells the container of a log file by its path: a known pod's name in it, or the layout of
 * must-gather, support bundles, calicoctl and the kubelet. Null where the path does not tell, or
 * tells that it is another file.
 */
export function logPlace(path: string, pods: PodIndex): LogPlace | null {
  if (/\/rotated\//.test(path)) return null;
  const segments = path.split('/');
  const name = withoutExtensions(segments.pop() ?? '');
  if (name === null) return null;
  return placeOfKnownPod(segments, name, pods) ?? placeByLayout([...segments, name].join('/'));
}

/** True if the path says that a file is of the runs before: `previous/…`, `logs-previous.txt`. */
export function isPreviousPath(path: string): boolean {
  const folders = path.split('/');
  const words = (folders.pop() ?? '').toLowerCase().split(/[._-]/);
  return (
    folders.some((name) => previousFolder.test(name)) ||
    words.some((word) => word === 'previous' || word === 'prev')
  );
}

function withoutExtensions(name: string): string | null {
  let stem = name;
  while (extensions.test(stem)) stem = stem.replace(extensions, '');
  const isOther = /\.[a-z]{2,5}$/i.test(stem) && !/\.(?:prev|previous)$/i.test(stem);
  return isOther && stem === name ? null : stem;
}

function placeOfKnownPod(
  folders: readonly string[],
  name: string,
  pods: PodIndex,
): LogPlace | null {
  for (let index = folders.length - 1; index >= 0; index--) {
    const pod = podOfFolder(folders, index, pods);
    if (pod) return placeWithin(pod, folders, [...folders.slice(index + 1), name]);
  }
  const found = podInName(name, pods);
  if (!found) return null;
  const pod = chooseNamespace(found.pods, [...folders, name]);
  const rest = `${name.slice(0, found.start)}/${name.slice(found.end)}`.split('/');
  return placeWithin(pod, folders, rest);
}

// A folder is called after the pod, or, as by the kubelet, namespace_pod_uid.
function podOfFolder(folders: readonly string[], index: number, pods: PodIndex): KnownPod | null {
  const folder = folders[index] ?? '';
  const known = pods.get(folder) ?? pods.get(folder.split('_')[1] ?? '');
  return known ? chooseNamespace(known, folders) : null;
}

function chooseNamespace(known: readonly KnownPod[], words: readonly string[]): KnownPod {
  const isNamed = ({ namespace }: KnownPod): boolean =>
    words.some((word) => word === namespace || word.split('_').includes(namespace));
  const [first] = known;
  const chosen = known.find(isNamed) ?? first;
  if (!chosen) throw new Error('a pod index holds no empty entry');
  return chosen;
}

interface InName {
  readonly pods: readonly KnownPod[];
  readonly start: number;
  readonly end: number;
}

// The longest known pod name that stands between separators.
function podInName(name: string, pods: PodIndex): InName | null {
  const starts = [0, ...separators(name).map((at) => at + 1)];
  const ends = [...separators(name), name.length];
  const found = starts.flatMap((start) =>
    ends.flatMap((end): InName[] => {
      const known = end > start ? pods.get(name.slice(start, end)) : undefined;
      return known ? [{ pods: known, start, end }] : [];
    }),
  );
  return found.toSorted((a, b) => b.end - b.start - (a.end - a.start))[0] ?? null;
}

const separators = (name: string): readonly number[] =>
  [...name.matchAll(/[._-]/g)].map(({ index }) => index);

function placeWithin(
  pod: KnownPod,
  folders: readonly string[],
  rest: readonly string[],
): LogPlace | null {
  const container = pod.containers.find((name) => rest.some((part) => holds(part, name)));
  const left = container === undefined ? rest : rest.map((part) => without(part, container));
  const words = left.flatMap((part) => without(part, pod.namespace).toLowerCase().split(/[._-]/));
  if (!words.every(isIdle)) return null;
  const run = runOf(pod, container, rest.at(-1) ?? '');
  if (run === 'older') return null;
  const isPrevious = words.some((word) => previousWords.has(word));
  return {
    namespace: pod.namespace,
    pod: pod.name,
    container: container ?? pod.main,
    previous: isPrevious || run === 'previous' || folders.some((name) => previousFolder.test(name)),
    isGuess: container === undefined,
  };
}

// Dates and the ids of containers say nothing here.
const isIdle = (word: string): boolean =>
  word === '' ||
  idleWords.has(word) ||
  previousWords.has(word) ||
  /^[\dtz]+$|^[0-9a-f]{12,}$/.test(word);

// The kubelet calls its files after the number of restarts: 0.log, 1.log, …
function runOf(
  pod: KnownPod,
  container: string | undefined,
  name: string,
): 'current' | 'previous' | 'older' {
  const restarts = container === undefined ? undefined : pod.restarts.get(container);
  if (restarts === undefined || !/^\d+$/.test(name)) return 'current';
  const behind = restarts - Number(name);
  if (behind <= 0) return 'current';
  return behind === 1 ? 'previous' : 'older';
}

function holds(part: string, word: string): boolean {
  return without(part, word) !== part;
}

// The part without a word that stands between separators.
function without(part: string, word: string): string {
  for (let at = part.indexOf(word); at >= 0; at = part.indexOf(word, at + 1)) {
    const isStart = at === 0 || /[._-]/.test(part.charAt(at - 1));
    const end = at + word.length;
    const isEnd = end === part.length || /[._-]/.test(part.charAt(end));
    if (isStart && isEnd) return part.slice(0, at) + part.slice(end);
  }
  return part;
}

// Layouts that tell without any pod being known; the groups are namespace, pod, container, and a
// word for the run before.
const layouts: readonly RegExp[] = [
  // oc adm must-gather: namespaces/NS/pods/POD/CONTAINER/CONTAINER/logs/current.log
  /(?:^|\/)namespaces\/([^/]+)\/pods\/([^/]+)\/([^/]+)\/\3\/logs\/(current|previous)(?:\.insecure)?$/,
  // troubleshoot.sh: cluster-resources/pods/logs/NS/POD/CONTAINER-previous.log
  /(?:^|\/)pods\/logs\/([^/]+)\/([^/]+)\/([^/]+?)(-previous)?$/,
  // calicoctl cluster diags: nodes/NODE/NS/POD.log, links/NS/POD.log
  /(?:^|\/)(?:nodes\/[^/]+|links)\/([^/]+)\/([^/]+-[a-z0-9]{5})$/,
  // NS/POD/CONTAINER.previous.log, NS/POD/logs.txt
  /(?:^|\/)([^/]+)\/([^/]+-[a-z0-9]{5})\/([^/]+?)(?:[._-](previous|current|logs?))?$/,
  // NS_POD_CONTAINER.log
  /(?:^|\/)([^/_]+)_([^/_]+-[a-z0-9]{5})_([^/_]+?)(?:[._-](previous))?$/,
];

// Files that stand beside logs under names of their own.
const notContainers = /^(?:describe|events?|status|spec|yaml|top|version|errors?)$/;

function placeByLayout(path: string): LogPlace | null {
  for (const layout of layouts) {
    const [, namespace, pod, container = 'logs', run] = layout.exec(path) ?? [];
    if (!namespace || !pod || notContainers.test(container)) continue;
    const isGuess = idleWords.has(container);
    return {
      namespace,
      pod,
      container: isGuess ? mainByName(pod) : container,
      previous: /previous|prev/.test(`${run ?? ''} ${isGuess ? container : ''}`),
      isGuess,
    };
  }
  return null;
}
