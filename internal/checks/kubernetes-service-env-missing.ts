import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { apiServerAddress } from '../calico/service-ip.ts';
import { answered, saidEvidence, sickTelling } from '../calico/speech.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import { kubernetesServicesEndpoint } from '../remediations/kubernetes-services-endpoint.ts';
import { restartPods } from '../remediations/restart-pods.ts';
import { defineCheck } from './define.ts';

type EnvFacts = { readonly nodes: readonly string[]; readonly containers: readonly string[] };

// client-go, rest/config.go (ErrNotInCluster).
const missing =
  /unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined/;

const explained = ['typha-unreachable'];

/** A kubelet that has not heard of the service yet starts a pod without its two variables, and they never come later. */
export const kubernetesServiceEnvMissing = defineCheck<EnvFacts>({
  id: 'kubernetes-service-env-missing',
  title: 'calico-node pods know where the API server is',
  needs: ['logs'],
  uses: [...installUses, 'events', 'endpoints'],
  run: (snapshot) => {
    const telling = sickTelling(snapshot, ({ text }) => (missing.test(text) ? true : null), {
      cured: answered,
    });
    if (telling.length === 0) return [];
    const views = telling.map(({ view }) => view);
    const restart = restartPods(telling.map(({ pod }) => pod));
    return [
      {
        severity: 'error',
        confidence: 'confirmed',
        facts: {
          nodes: views.map(({ name }) => name),
          containers: [...new Set(telling.map(({ last }) => last.container))],
        },
        affected: affectedBy(views),
        evidence: telling.slice(0, 5).map(({ pod, last }) => saidEvidence(pod, last)),
        explains: followsWithoutData(snapshot, views, explained),
        remedies: [
          ...(restart ? [restart] : []),
          kubernetesServicesEndpoint(installOf(snapshot), apiServerAddress(snapshot)),
        ],
      },
    ];
  },
  words: {
    en: {
      title: ({ nodes }) =>
        `calico-node on ${enumerate(nodes)} was started without the API server's address`,
      summary: () =>
        'The variables KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set in the pod. The kubelet adds them when it makes a pod, if it knows the service default/kubernetes by then; a pod made before that never gets them.',
      ruledOut: () => ['not the network: no connection was tried'],
    },
  },
});
