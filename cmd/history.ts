import { historyData } from '../internal/report/history-json.ts';
import { renderHistory, type History } from '../internal/report/history-text.ts';
import type { Flags } from './flags.ts';
import { formatOf, printData, refuseDump } from './plan-output.ts';
import { clusterUid, newestUndoable } from './records.ts';
import type { ExitCode, Shell } from './shell.ts';
import { textOptions } from './terminal.ts';
import { toolVersion } from './version.ts';

async function uidOf(flags: Flags, shell: Shell): Promise<string> {
  const { cluster, close } = await shell.services.openCluster(flags, shell, () => undefined);
  try {
    return await clusterUid(cluster);
  } finally {
    close();
  }
}

/** Lists the changes that were made in this cluster from this machine; with `--all` in any cluster, asking none. */
export async function history(flags: Flags, shell: Shell): Promise<ExitCode> {
  const format = formatOf(flags.output, 'history');
  refuseDump(flags, 'history');
  const { journal } = await shell.services.engine(shell);
  const { records, damaged } = journal().list();
  const isOfAll = flags.fix.all;
  const uid = isOfAll ? null : await uidOf(flags, shell);
  const shown = uid === null ? records : records.filter(({ cluster }) => cluster.uid === uid);
  const newest = isOfAll ? null : (newestUndoable(shown)?.id ?? null);
  const list: History = { records: shown, damaged, isOfAll, newest };
  if (format === 'json' || format === 'yaml') {
    printData(historyData(list, toolVersion), format, shell);
  } else {
    shell.stdout.write(renderHistory(list, textOptions(shell, 160)));
  }
  return 0;
}
