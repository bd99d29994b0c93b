import { openCrd } from './cluster/calico-objects.ts';
import { byManifest, byOperator, machines } from './scenarios/parts.ts';
import type { Scenario } from './scenarios/scenario.ts';

// Who fails is started anew within seconds.
const liveness = {
  initialDelaySeconds: 2,
  periodSeconds: 2,
  failureThreshold: 3,
  timeoutSeconds: 2,
};

/** Calico by a manifest of some years ago, which has settings and parts that newer ones have not. */
export const olderManifest: Scenario = {
  id: 'older-manifest',
  title: 'nothing is wrong (an older manifest)',
  tries: ['kubectl calico-fix diagnose'],
  finds: [],
  build: (options) =>
    byManifest(machines(options, 3), { version: 'v3.24.5', probes: { liveness } }, options),
};

const helm = 'helm.cattle.io';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The chart that RKE2 installs Calico's operator with. */
export const chartName = 'rke2-calico';

/** Calico by the operator, from a chart of RKE2; one node has a bridge that is not in use yet. */
export const chart: Scenario = {
  id: 'chart',
  title: 'nothing is wrong (a chart of RKE2)',
  tries: ['kubectl calico-fix diagnose'],
  finds: [],
  build: (options) => {
    const metadata = {
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        'meta.helm.sh/release-name': chartName,
        'meta.helm.sh/release-namespace': 'kube-system',
      },
    };
    const kinds = ['HelmChart', 'HelmChartConfig'].map((kind): [string, object] => [
      crds,
      openCrd(helm, 'v1', `${kind.toLowerCase()}s`, kind, { scope: 'Namespaced' }),
    ]);
    const object = {
      apiVersion: `${helm}/v1`,
      kind: 'HelmChart',
      metadata: { name: chartName, namespace: 'kube-system' },
      spec: { chart: `https://charts.example.com/${chartName}.tgz`, bootstrap: true },
    };
    const charts = `/apis/${helm}/v1/namespaces/kube-system/helmcharts`;
    return byOperator(machines(options, 3), { metadata }, options, {
      objects: [...kinds, [charts, object]],
    });
  },
};
