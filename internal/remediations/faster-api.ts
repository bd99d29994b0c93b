import type { Remedy } from '../model/remedy.ts';

export interface SlowWay {
  /** A node that it is slow from. */
  readonly node: string;
  /** The cluster's address of the API server; null if it is not known. */
  readonly serviceIP: string | null;
  /** Other nodes are well: the way is slow, not the server. */
  readonly isOneWay: boolean;
}

/** Finds what makes the API server slow: the way to it from some nodes, or the server and its etcd. Nothing of it is Calico's. */
export function fasterApi({ node, serviceIP, isOneWay }: SlowWay): Remedy {
  const url = `https://${serviceIP ?? 'SERVICE_IP'}:443/healthz`;
  const measure = `for i in 1 2 3; do curl -sk -o /dev/null -w 'connect %{time_connect} answer %{time_total}\\n' ${url}; done`;
  return {
    id: 'faster-api',
    title: isOneWay ? words.way : words.server,
    action: 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.consequence],
    manual: [
      ...(serviceIP === null ? [words.find] : []),
      words.onNode(node),
      measure,
      ...(isOneWay ? words.waySteps : words.serverSteps),
    ],
  };
}

const words = {
  way: 'Make the way from these nodes to the API server faster',
  server: 'Relieve the API server and its etcd',
  consequence:
    'calico-node needs no change: it starts by itself as soon as the answers come in time.',
  find: "# SERVICE_IP: kubectl get service kubernetes -o jsonpath='{.spec.clusterIP}'",
  onNode: (node: string): string =>
    `# on ${node}, and on a node that is well: slow in "connect" is the network, slow only in "answer" the server`,
  waySteps: [
    '# the network between: packet loss, a saturated link or VPN, a far region, a rate limit',
    'ping -c 20 API_SERVER_ADDRESS',
    'tc -s qdisc show | grep -E "netem|dropped [1-9]"',
  ],
  serverSteps: [
    "kubectl get --raw='/readyz?verbose' | grep -v ok",
    "kubectl get --raw=/metrics | grep -E 'etcd_request_duration_seconds_(sum|count)' | head",
    '# on a control-plane node: the disk of etcd, CPU and memory of kube-apiserver',
    'sudo crictl logs $(sudo crictl ps -q --name etcd) 2>&1 | grep -E "took too long|slow fdatasync" | tail',
  ],
};
