import type { Family } from '../calico/autodetection/address.ts';
import type { EnvVar } from '../model/kubernetes.ts';
import type { Tree } from './tree.ts';

const variables = { 4: ['IP', 'IP_AUTODETECTION_METHOD'], 6: ['IP6', 'IP6_AUTODETECTION_METHOD'] };

/** Variables as they are to be, by name. */
export interface MethodEnv {
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  /** For a strategic merge patch of the container. */
  readonly patch: Tree;
}

const references = (value: string): readonly string[] =>
  [...value.matchAll(/\$\(([\w.-]+)\)/g)].flatMap(([, name]) => name ?? []);

const namesOf = (env: readonly EnvVar[]): readonly string[] => [
  ...new Set(env.flatMap(({ name }) => name ?? [])),
];

/** The order in which every name stands behind those that its new value refers to. */
function ordered(env: readonly EnvVar[], settings: MethodEnv['settings']): readonly string[] {
  const wanted = settings.map(({ name }) => name);
  const others = namesOf(env).filter((name) => !wanted.includes(name));
  return [...others, ...wanted];
}

function isInOrder(env: readonly EnvVar[], settings: MethodEnv['settings']): boolean {
  const names = namesOf(env);
  return settings.every(({ name, value }) =>
    references(value).every((other) => {
      const place = names.indexOf(other);
      // New variables are put before all others, so one that is not there yet stands before what it refers to.
      return place === -1 || (names.includes(name) && place < names.indexOf(name));
    }),
  );
}

/**
 * The variables that set a method in calico-node's environment: `IP=autodetect`, as without it nothing is detected on a node that
 * has an address; for IPv6 Felix' support of it, too. A `valueFrom` is taken away, as a variable with both is refused. Kubernetes
 * expands `$(NAME)` only from variables that stand earlier, and a strategic merge puts new ones first: where that matters the
 * whole order is sent along.
 */
export function methodEnv(method: string, family: Family, env: readonly EnvVar[]): MethodEnv {
  const [source = 'IP', key = 'IP_AUTODETECTION_METHOD'] = variables[family];
  const support = env.findLast(({ name }) => name === 'FELIX_IPV6SUPPORT')?.value;
  const settings = [
    { name: source, value: 'autodetect' },
    { name: key, value: method },
    ...(family === 6 && support !== 'true' ? [{ name: 'FELIX_IPV6SUPPORT', value: 'true' }] : []),
  ];
  const entries = settings.map((variable) => {
    const now = env.find((entry) => entry.name === variable.name);
    return now?.valueFrom ? { ...variable, valueFrom: null } : variable;
  });
  if (isInOrder(env, settings)) return { settings, patch: { env: entries } };
  const order = ordered(env, settings).map((name) => ({ name }));
  return { settings, patch: { '$setElementOrder/env': order, env: entries } };
}
