import { stringify } from 'yaml';
import { apiResources } from '../model/api-resources.ts';
import type { ApiRef, Change } from '../model/remedy.ts';
import { isEqual, isFields } from './fields.ts';

/** A word of a shell command: as it is where that is harmless, else in quotes. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

// Calico's own kinds are served in two groups, so a bare name could mean the other one.
function resourceOf({ apiVersion, kind }: ApiRef): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const plural = apiResources[kind]?.plural ?? `${kind.toLowerCase()}s`;
  return group.endsWith('projectcalico.org') ? `${plural}.${group}` : kind.toLowerCase();
}

const kubectl = ({ namespace }: ApiRef): string =>
  namespace === undefined ? 'kubectl' : `kubectl -n ${shellWord(namespace)}`;

const target = (ref: ApiRef): string => `${resourceOf(ref)} ${shellWord(ref.name)}`;

function patchCommand({ ref, patchType = 'merge', body }: Change): string {
  if (ref.kind === 'Node' && isEqual(body, { spec: { unschedulable: true } }))
    return `kubectl cordon ${shellWord(ref.name)}`;
  if (ref.kind === 'Node' && isEqual(body, { spec: { unschedulable: null } }))
    return `kubectl uncordon ${shellWord(ref.name)}`;
  const json = `'${JSON.stringify(body).replaceAll("'", String.raw`'\''`)}'`;
  return `${kubectl(ref)} patch ${target(ref)} --type ${patchType} -p ${json}`;
}

function deleteFlags(body: unknown): readonly string[] {
  const options = isFields(body) ? body : {};
  const grace = options['gracePeriodSeconds'];
  const propagation = options['propagationPolicy'];
  return [
    ...(typeof grace === 'number' ? [`--grace-period=${grace}`] : []),
    ...(typeof propagation === 'string' ? [`--cascade=${propagation.toLowerCase()}`] : []),
  ];
}

// No line of an object in YAML or JSON is the end mark: all but the names of its fields stand further in.
const heredoc = (command: string, text: string): readonly string[] => [
  `${command} <<'EOF'`,
  ...text.trimEnd().split('\n'),
  'EOF',
];

function evictionLines({ ref, body }: Change): readonly string[] {
  const { namespace = 'default', name } = ref;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    ...(body === null || body === undefined ? {} : { deleteOptions: body }),
  };
  return heredoc(`kubectl create --raw ${shellWord(path)} -f -`, JSON.stringify(eviction));
}

/** The change in kubectl's words, to copy into a shell, line by line. What guards it is left out: it is of the moment. */
export function kubectlOf(change: Change): readonly string[] {
  const { ref, verb, body } = change;
  switch (verb) {
    case 'patch':
      return [patchCommand(change)];
    case 'delete':
      return [[`${kubectl(ref)} delete ${target(ref)}`, ...deleteFlags(body)].join(' ')];
    case 'create':
      return heredoc(`${kubectl(ref)} create -f -`, stringify(body, { version: '1.1' }));
    case 'evict':
      return evictionLines(change);
  }
}
