import { isObject } from '../../../support/json.ts';
import type { Raw } from './containers.ts';
import type { World } from './world.ts';

const listOf = (value: unknown): readonly Raw[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

const at = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

function referenced(world: World, pod: Raw, hostIP: string, from: unknown): string | null {
  const field = at(at(from, 'fieldRef'), 'fieldPath');
  if (field === 'spec.nodeName') return String(at(pod['spec'], 'nodeName'));
  if (field === 'status.hostIP') return hostIP;
  if (field === 'metadata.name' || field === 'metadata.namespace')
    return String(at(pod['metadata'], field.slice('metadata.'.length)));
  const key = at(from, 'configMapKeyRef');
  return world.settings.get(`${String(at(key, 'name'))}/${String(at(key, 'key'))}`) ?? null;
}

/**
 * The environment that the kubelet makes of a container's template: values, references, and `$(NAME)` of variables that stand
 * before; what is not known stays as it is.
 */
export function environmentOf(
  world: World,
  pod: Raw,
  hostIP: string,
  container: Raw,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of listOf(container['env'])) {
    const raw = typeof value === 'string' ? value : '';
    const text = isObject(valueFrom) ? referenced(world, pod, hostIP, valueFrom) : raw;
    if (text === null) continue;
    env[String(name)] = text.replace(/\$\(([\w.-]+)\)/g, (all, key: string) => env[key] ?? all);
  }
  return env;
}
