import { inNamespace } from '../internal/calico/namespace.ts';
import { UserError } from '../internal/model/error.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import { sanitize } from '../internal/report/sanitize.ts';
import type { Flags } from './flags.ts';
import { progressLine, type ProgressLine } from './progress.ts';
import type { Shell } from './shell.ts';
import { words } from './words.ts';

const mostWarnings = 10;
const mostNames = 20;

// A name with a slip of the pen would else be told that nothing is wrong there.
function assertNames(
  wanted: readonly string[],
  { lists }: Snapshot,
  list: 'nodes' | 'namespaces',
  complaint: (names: string) => string,
): void {
  const read = lists[list];
  if (read.state !== 'read' || read.items.length === 0) return;
  const names = read.items.map(({ metadata }) => metadata.name);
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  const shown = names.slice(0, mostNames).join(', ') + (names.length > mostNames ? ', …' : '');
  throw new UserError(complaint(missing.join(', ')), { hint: words.en.thereAre(shown) });
}

/** A cluster that is open already, and the line that its gathering is told in. */
export interface OpenSource {
  readonly gather: () => Promise<Snapshot>;
  readonly progress: ProgressLine;
}

function readWhole(flags: Flags, shell: Shell, progress: ProgressLine): Promise<Snapshot> {
  const { services } = shell;
  return flags.from === undefined
    ? services.gather(flags, shell, progress.show)
    : services.readDump(flags.from);
}

/**
 * Reads the dump or the cluster that the flags name, or the one that is open, with progress on standard error. Throws UserErrors.
 */
export async function readSnapshot(
  flags: Flags,
  shell: Shell,
  open?: OpenSource,
): Promise<Snapshot> {
  const progress = open?.progress ?? progressLine(shell, flags.verbosity);
  try {
    const whole = await (open ? open.gather() : readWhole(flags, shell, progress));
    const { namespace } = flags;
    assertNames(flags.node, whole, 'nodes', words.en.noSuchNode);
    if (namespace === undefined) return whole;
    // A dump may have objects of a namespace and not the namespace itself.
    if (whole.source.kind === 'live') {
      assertNames([namespace], whole, 'namespaces', words.en.noSuchNamespace);
    }
    return inNamespace(whole, namespace);
  } finally {
    progress.clear();
  }
}

/** Prints what could not be used or was left out, each on a line of standard error. */
export function printWarnings(warnings: readonly string[], { stderr }: Shell): void {
  for (const warning of warnings.slice(0, mostWarnings)) {
    stderr.write(`${words.en.warning(sanitize(warning))}\n`);
  }
  const rest = warnings.length - mostWarnings;
  if (rest > 0) stderr.write(`${words.en.moreWarnings(rest)}\n`);
}
