import type { ConfigMap, Pod } from '../../internal/model/kubernetes.ts';
import { internalIP, type World } from './simulated-world.ts';

function fieldOf(world: World, pod: Pod, path = ''): string {
  const node = pod.spec?.nodeName ?? '';
  const fields: Readonly<Record<string, string>> = {
    'spec.nodeName': node,
    'status.hostIP': internalIP(world, node),
    'status.podIP': internalIP(world, node),
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
  };
  return fields[path] ?? '';
}

/** The environment of a container, as the kubelet makes it: `$(NAME)` only of variables that stand before. */
export function environmentOf(
  world: World,
  pod: Pod,
  container: string,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  const { namespace } = pod.metadata;
  const dataOf = (name = ''): ConfigMap['data'] => {
    const configMap: ConfigMap | null = world.cluster.store.get({
      kind: 'ConfigMap',
      name,
      ...(namespace === undefined ? {} : { namespace }),
    });
    return configMap?.data;
  };
  const own = pod.spec?.containers?.find(({ name }) => name === container);
  for (const { configMapRef } of own?.envFrom ?? []) Object.assign(env, dataOf(configMapRef?.name));
  for (const { name = '', value = '', valueFrom } of own?.env ?? []) {
    if (valueFrom?.fieldRef) env[name] = fieldOf(world, pod, valueFrom.fieldRef.fieldPath);
    else if (valueFrom?.configMapKeyRef) {
      const { name: map, key = '' } = valueFrom.configMapKeyRef;
      const found = dataOf(map)?.[key];
      if (found !== undefined) env[name] = found;
    } else if (!valueFrom)
      env[name] = value.replaceAll(/\$\(([\w.-]+)\)/g, (all, other: string) => env[other] ?? all);
  }
  return env;
}
