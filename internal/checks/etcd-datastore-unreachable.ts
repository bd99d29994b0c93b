import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { etcdFiles, type EtcdFiles } from '../calico/etcd-files.ts';
import { etcdTrouble, type EtcdCause } from '../calico/etcd.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews } from '../calico/nodes.ts';
import { settingsOf } from '../calico/settings.ts';
import { answered, saidEvidence, sickTelling, type Telling } from '../calico/speech.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { repairEtcd } from '../remediations/repair-etcd.ts';
import { defineCheck } from './define.ts';

type EtcdFacts = {
  readonly nodes: readonly string[];
  readonly nodesTotal: number;
  /** As in ETCD_ENDPOINTS; empty where that was not read. */
  readonly endpoints: string;
  readonly cause: EtcdCause;
  /** Where the certificates come from; null where that was not read. */
  readonly files: EtcdFiles | null;
};

// The client's own words name the reason, Calico's often only that there was no answer: the sharper one of a pod counts.
const vague: ReadonlySet<EtcdCause> = new Set(['no-answer']);

const sharpest = ({ said, last }: Telling<EtcdCause>): EtcdCause =>
  said.findLast(({ value }) => !vague.has(value))?.value ?? last.value;

function draftOf(
  snapshot: Snapshot,
  cause: EtcdCause,
  telling: readonly Telling<EtcdCause>[],
): Draft<EtcdFacts>[] {
  const [first] = telling;
  if (!first) return [];
  const views = telling.map(({ view }) => view);
  const endpoints = settingsOf(snapshot, first.pod.spec, first.pod).env.get('ETCD_ENDPOINTS') ?? '';
  const files = etcdFiles(first.pod);
  const nodes = views.map(({ name }) => name);
  return [
    {
      severity: 'error',
      confidence: 'confirmed',
      facts: {
        nodes,
        nodesTotal: nodeViews(snapshot).length,
        endpoints,
        cause,
        files,
      },
      affected: affectedBy(views),
      evidence: [
        ...telling
          .slice(0, 4)
          .map(({ pod, said, last }) =>
            saidEvidence(pod, said.findLast(({ value }) => value === cause) ?? last),
          ),
        ...(endpoints === '' ? [] : [fieldEvidence(first.pod, 'env ETCD_ENDPOINTS', endpoints)]),
      ],
      explains: followsWithoutData(snapshot, views),
      remedies: [repairEtcd(installOf(snapshot), { cause, endpoints, files, nodes })],
    },
  ];
}

/** https://docs.tigera.io/calico/latest/getting-started/kubernetes/hardway/the-calico-datastore */
export const etcdDatastoreUnreachable = defineCheck<EtcdFacts>({
  id: 'etcd-datastore-unreachable',
  title: 'calico-node reaches its etcd',
  needs: ['logs'],
  uses: [...installUses, 'events'],
  run: (snapshot) => {
    if (installOf(snapshot).datastore !== 'etcd') return { notApplicable: words.kubernetes };
    const telling = sickTelling(snapshot, etcdTrouble, { cured: answered, quiet: () => 240 });
    const groups = Map.groupBy(telling, sharpest);
    return [...groups].flatMap(([cause, group]) => draftOf(snapshot, cause, group));
  },
  words: {
    en: {
      title: ({ nodes, nodesTotal, cause }) =>
        `calico-node cannot use its etcd ${nodes.length === nodesTotal && nodesTotal > 1 ? 'on any node' : `on ${enumerate(nodes)}`}: ${words.causes[cause]}`,
      summary: ({ endpoints, cause, files }) =>
        `${cause === 'certificate-file' ? words.unreadable(files) : words.long[cause]} Calico keeps its data in etcd here${endpoints === '' ? '' : ` (${endpoints})`}, so calico-node does not get past its first question.`,
    },
  },
});

const words = {
  kubernetes: 'Calico keeps its data in the Kubernetes API',
  causes: {
    'certificate-file': 'its certificate files cannot be read',
    tls: 'the certificates do not match',
    'no-space': 'etcd has no space left',
    'no-leader': 'etcd has no leader',
    credentials: 'etcd rejects its user',
    'no-endpoints': 'no endpoint is set',
    refused: 'nothing listens there',
    'no-answer': 'no answer comes',
  } satisfies Record<EtcdCause, string>,
  long: {
    tls: 'One side does not accept the certificate of the other: often etcd has new ones, and Calico still the old.',
    'no-space': 'etcd refuses to write until it is compacted and its alarm is taken back.',
    'no-leader': 'The members of etcd cannot agree on a leader, so they answer nothing.',
    credentials: 'etcd asks for a user that may do what Calico has to.',
    'no-endpoints': 'ETCD_ENDPOINTS is empty.',
    refused: 'The address answers, but no etcd takes connections there, or no route leads to it.',
    'no-answer': 'Requests to etcd time out.',
  } satisfies Record<Exclude<EtcdCause, 'certificate-file'>, string>,
  unreadable: (files: EtcdFiles | null): string => {
    const from = files?.kind === 'node' ? ` from ${files.path} of its node` : '';
    return files?.kind === 'secret'
      ? `A file of the Secret ${files.name} is not there or holds no certificate.`
      : `A certificate file that calico-node takes${from} for etcd is not there or holds no certificate.`;
  },
};
