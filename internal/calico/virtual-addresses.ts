import type { Evidence } from '../model/finding.ts';
import type { ConfigMap, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { parseAddress } from './autodetection/address.ts';
import { fieldEvidence } from './evidence.ts';
import { memoised } from './memo.ts';
import { nodeViews } from './nodes.ts';
import { findObject, itemsOf } from './snapshot-lists.ts';

type Found = readonly (readonly [ip: string, evidence: Evidence])[];

function ofServices(snapshot: Snapshot): Found {
  return itemsOf(snapshot, 'services').flatMap((service) => [
    ...(service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) =>
      ip ? [[ip, fieldEvidence(service, 'status.loadBalancer.ingress', ip)] as const] : [],
    ),
    ...(service.spec?.externalIPs ?? []).map(
      (ip) => [ip, fieldEvidence(service, 'spec.externalIPs', ip)] as const,
    ),
  ]);
}

// Where kubeadm and its like keep the address of the control plane, the load balancer's or the floating one.
const endpointPlaces = [
  ['kubeadm-config', 'kube-system', 'ClusterConfiguration'],
  ['kube-proxy', 'kube-system', 'kubeconfig.conf'],
  ['cluster-info', 'kube-public', 'kubeconfig'],
] as const;

const endpoint =
  /^\s*(?:controlPlaneEndpoint|server): *["']?(?:https:\/\/)?\[?([0-9a-fA-F.:]+?)\]?(?::\d+)?["']?\s*$/m;

function ofConfigMap(configMap: ConfigMap, key: string): Found {
  const [line = '', ip] = endpoint.exec(configMap.data?.[key] ?? '') ?? [];
  return ip ? [[ip, fieldEvidence(configMap, `data.${key}`, line.trim())]] : [];
}

const movesAddresses = (pod: Pod): boolean =>
  (pod.spec?.containers ?? []).some(({ name, image }) =>
    /kube-?vip|keepalived|haproxy-vip/.test(`${name ?? ''} ${image ?? ''}`),
  );

// kube-vip takes its address from `address` or `vip_address`; keepalived images from variables of any name.
function ofPods(snapshot: Snapshot): Found {
  return itemsOf(snapshot, 'pods')
    .filter(movesAddresses)
    .flatMap((pod) =>
      (pod.spec?.containers ?? []).flatMap(({ env }) =>
        (env ?? []).flatMap(({ name, value }) => {
          if (!/^address$|vip|virtual/i.test(name ?? '')) return [];
          const ip = parseAddress((value ?? '').split('/')[0] ?? '')?.text;
          return ip ? [[ip, fieldEvidence(pod, `env ${name ?? ''}`, value ?? '')] as const] : [];
        }),
      ),
    );
}

function compute(snapshot: Snapshot): ReadonlyMap<string, Evidence> {
  const nodes = new Set(nodeViews(snapshot).flatMap(({ internalIPs }) => internalIPs));
  const endpoints = endpointPlaces.flatMap(([name, namespace, key]) => {
    const configMap = findObject(snapshot, 'configMaps', name, namespace);
    return configMap ? ofConfigMap(configMap, key) : [];
  });
  const found = [...ofServices(snapshot), ...endpoints, ...ofPods(snapshot)].flatMap(
    ([text, evidence]) => {
      const ip = parseAddress(text)?.text;
      return ip === undefined || nodes.has(ip) ? [] : [[ip, evidence] as const];
    },
  );
  return new Map(found.toReversed());
}

/**
 * Addresses that stand for a service and move between machines, with the object that says so: of load balancers, of the control
 * plane's endpoint, of kube-vip and keepalived. An address that a node is known by is none.
 */
export const virtualAddresses: (snapshot: Snapshot) => ReadonlyMap<string, Evidence> =
  memoised(compute);
