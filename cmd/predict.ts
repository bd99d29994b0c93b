import { predictCluster, type FamilyPrediction } from '../internal/calico/prediction.ts';
import { installOf } from '../internal/calico/install/install.ts';
import { UserError } from '../internal/model/error.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import { apiVersion, toJson } from '../internal/report/json.ts';
import { renderPrediction, type PredictedFamily } from '../internal/report/predict-report.ts';
import type { PredictedMethod, PredictRow } from '../internal/report/predict-text.ts';
import { toYaml } from '../internal/report/yaml.ts';
import type { Flags } from './flags.ts';
import { printMissingRights } from './rights.ts';
import type { ExitCode, Shell } from './shell.ts';
import { printWarnings, readSnapshot } from './snapshot.ts';
import { textOptions } from './terminal.ts';
import { words } from './words.ts';

const formats = ['text', 'wide', 'json', 'yaml'] as const;
type Format = (typeof formats)[number];

function formatOf(output = 'text'): Format {
  const format = formats.find((known) => known === output);
  if (format !== undefined) return format;
  throw new UserError(words.en.notAFormat(output, 'predict'), {
    hint: words.en.formats(formats.join(', ')),
  });
}

type Rows = readonly PredictRow[];

function rowsOf({ now, proposals }: FamilyPrediction, wanted: ReadonlySet<string>): Rows {
  const columns = proposals.map(({ method, predictions }) => ({
    method,
    byNode: new Map(predictions.map((prediction) => [prediction.node, prediction])),
  }));
  const methodsOf = (node: string): readonly PredictedMethod[] =>
    columns.flatMap(({ method, byNode }) => {
      const prediction = byNode.get(node);
      if (!prediction) return [];
      const { outcome, choices, sureness, reason } = prediction;
      return [{ method, outcome, addresses: choices, sureness, reason }];
    });
  return [...now]
    .filter(([node]) => wanted.size === 0 || wanted.has(node))
    .map(([node, address]) => ({ node, now: address, methods: methodsOf(node) }));
}

const familyOf = (prediction: FamilyPrediction, wanted: ReadonlySet<string>): PredictedFamily => ({
  family: prediction.family,
  methodInUse: prediction.methodInUse,
  rows: rowsOf(prediction, wanted),
  judgements: prediction.proposals,
});

// What Calico takes an empty method for.
const spelled = (method: string): string => method || 'first-found';

function dataOf(
  snapshot: Snapshot,
  predictions: readonly FamilyPrediction[],
  wanted: ReadonlySet<string>,
): object {
  return {
    kind: 'Prediction',
    apiVersion,
    takenAt: snapshot.takenAt,
    source: snapshot.source,
    calicoVersion: installOf(snapshot).calicoVersion,
    families: predictions.map((prediction) => ({
      family: `IPv${prediction.family}`,
      methodInUse: prediction.methodInUse === null ? null : spelled(prediction.methodInUse),
      methods: prediction.proposals.map(({ method, isSafe, sureness, objections }) => ({
        method: spelled(method),
        isSafe,
        sureness,
        objections,
      })),
      nodes: rowsOf(prediction, wanted).map(({ methods, ...row }) => ({
        ...row,
        methods: methods.map((one) => ({ ...one, method: spelled(one.method) })),
      })),
    })),
  };
}

/** Prints which address each node would get under autodetection methods; exit code 0 if that could be worked out at all. */
export async function predict(flags: Flags, shell: Shell): Promise<ExitCode> {
  const format = formatOf(flags.output);
  const snapshot = await readSnapshot(flags, shell);
  printWarnings(snapshot.warnings, shell);
  printMissingRights(snapshot, shell, false);
  if (snapshot.lists.nodes.state !== 'read') throw new UserError(words.en.nodesUnread);
  const wanted = new Set(flags.node);
  const predictions = predictCluster(snapshot, flags.method);
  if (format === 'text' || format === 'wide') {
    const families = predictions.map((prediction) => familyOf(prediction, wanted));
    shell.stdout.write(renderPrediction(families, textOptions(shell, 160), format === 'wide'));
  } else {
    const json = toJson(dataOf(snapshot, predictions, wanted));
    shell.stdout.write(format === 'json' ? json : toYaml(json));
  }
  return 0;
}
