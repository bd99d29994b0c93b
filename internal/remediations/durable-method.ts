import { isOfHelmRelease } from '../calico/install/owner-signs.ts';
import type { Family } from '../calico/autodetection/address.ts';
import type { Distribution, Install } from '../model/install.ts';
import type { NodeAddressAutodetection } from '../model/kubernetes.ts';
import { durablePlace } from './durable.ts';

const remark = (line: string): string => `# ${line}`;

const yamlOf = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : yaml(value);
const yaml = (value: unknown): string =>
  typeof value === 'string' && !/^[A-Za-z][\w-]*$/.test(value)
    ? JSON.stringify(value)
    : String(value);

// The operator writes `firstFound: true` into the object; only an explicit `false` takes it away again.
function struct(fields: NodeAddressAutodetection, family: Family, indent: string): string[] {
  const own = Object.entries(fields).map(([name, value]) => `${name}: ${yamlOf(value)}`);
  const lines = fields.firstFound === true ? own : [...own, 'firstFound: false'];
  return [
    `${indent}calicoNetwork:`,
    `${indent}  nodeAddressAutodetectionV${family}:`,
    ...lines.map((line) => `${indent}    ${line}`),
  ];
}

// Variables and fields of the tools that write calico-node's manifest themselves.
const settings: { readonly [Name in Distribution]?: Readonly<Record<Family, string>> } = {
  kubespray: { 4: 'calico_ip_auto_method', 6: 'calico_ip6_auto_method' },
  kops: {
    4: 'spec.networking.calico.ipv4AutoDetectionMethod',
    6: 'spec.networking.calico.ipv6AutoDetectionMethod',
  },
  k0s: {
    4: 'spec.network.calico.ipAutodetectionMethod',
    6: 'spec.network.calico.ipV6AutodetectionMethod',
  },
  gardener: {
    4: 'spec.networking.providerConfig.ipv4.autoDetectionMethod',
    6: 'spec.networking.providerConfig.ipv6.autoDetectionMethod',
  },
};

function inInstallation(install: Install, fields: NodeAddressAutodetection, family: Family) {
  if (isOfHelmRelease(install)) {
    return ['spec:', '  values:', '    installation:', ...struct(fields, family, '      ')];
  }
  switch (install.owner) {
    case 'helm':
      return ['installation:', ...struct(fields, family, '  ')];
    case 'helm-controller':
      return [
        'spec:',
        '  valuesContent: |-',
        '    installation:',
        ...struct(fields, family, '      '),
      ];
    case 'rancher':
      return ['rke2-calico:', '  installation:', ...struct(fields, family, '    ')];
    default:
      return ['spec:', ...struct(fields, family, '  ')];
  }
}

const inDaemonSet = (method: string, family: Family): readonly string[] => [
  `- name: ${family === 4 ? 'IP' : 'IP6'}`,
  '  value: autodetect',
  `- name: ${family === 4 ? 'IP' : 'IP6'}_AUTODETECTION_METHOD`,
  `  value: ${JSON.stringify(method)}`,
];

/**
 * The edit that makes a method last, as remarks: in the form of whatever writes the Installation (`fields`), or the DaemonSet (null).
 */
export function durableMethod(
  install: Install,
  method: string,
  fields: NodeAddressAutodetection | null,
  family: Family,
): readonly string[] {
  const isForState = install.action === 'refuse' && install.state !== 'settled';
  if (install.action === 'refuse' && !isForState) {
    return [words.refused(durablePlace(install))].map(remark);
  }
  const key = install.distribution ? settings[install.distribution]?.[family] : undefined;
  const place = durablePlace(install);
  const lines =
    key !== undefined && !fields
      ? [`${key}: ${JSON.stringify(method)}`]
      : fields
        ? inInstallation(install, fields, family)
        : inDaemonSet(method, family);
  const heads = { emit: words.only(place), refuse: words.later(place) };
  const head =
    install.action === 'emit' || install.action === 'refuse'
      ? heads[install.action]
      : words.also(place);
  return [head, ...lines.map((line) => `  ${line}`)].map(remark);
}

const words = {
  refused: (place: string): string =>
    `not to be changed here; the address method has to come from ${place}`,
  only: (place: string): string =>
    `a change in the cluster would be undone. Put this into ${place}, in place of any other method:`,
  later: (place: string): string =>
    `nothing is to be changed while the installation is in this state. Afterwards, into ${place}:`,
  also: (place: string): string =>
    `to last, the same belongs into ${place}, in place of any other method:`,
};
