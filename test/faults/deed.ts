import type { ChangeRecord } from '../../internal/model/record.ts';
import type { Objects, PodPlace } from './objects.ts';
import type { Seen } from './proxy.ts';
import type { Ran } from './tool.ts';
import type { Json } from '../e2e/support/kube-client.ts';
import { isObject } from '../support/json.ts';

/** A command, with what is known of the cluster before and after it, independently of the tool. */
export interface Deed {
  readonly ran: Ran;
  /** Calico's. */
  readonly namespace: string;
  /** The paths that the cure of this incident may change. */
  readonly mayWrite: RegExp;
  /** The path of what somebody else has changed against the command; null where nobody has. */
  readonly meddledWith: string | null;
  /** Damaged records that lie beside the others. */
  readonly damaged: readonly string[];
  /** How many times faster the tool's clock runs than the machine's. */
  readonly speed: number;
  readonly seen: readonly Seen[];
  readonly before: Objects;
  readonly after: Objects;
  readonly podsBefore: ReadonlyMap<string, PodPlace>;
  readonly wasSick: boolean;
  readonly isSick: boolean;
  readonly isWell: boolean;
  readonly recordsBefore: readonly ChangeRecord[];
  readonly records: readonly ChangeRecord[];
  /** Seconds of the tool's clock since Ctrl-C; null where nobody pressed it. */
  readonly secondsSinceInterrupt: number | null;
  /** Seconds of the tool's clock after which it counts as hanging. */
  readonly limitSeconds: number;
}

/** The path of a request. */
export const pathOf = ({ url }: Pick<Seen, 'url'>): string => url.split('?')[0] ?? '';

/** Whether a request changed something. */
export const isDone = ({ isWrite, answer }: Seen): boolean =>
  isWrite && answer !== null && answer.status < 300;

export const verbOf = ({ args }: Ran): string => args[0] ?? '';

export const isOnlyShown = ({ args }: Ran): boolean =>
  args.some((arg) => arg.startsWith('--dry-run'));

/** The records that a command has left. */
export function freshRecords({ records, recordsBefore }: Deed): readonly ChangeRecord[] {
  const known = new Set(recordsBefore.map(({ id }) => id));
  return records.filter(({ id }) => !known.has(id));
}

/** What a command printed as JSON; null where it was asked for text, or printed nothing. */
export function documentOf({ ran }: Deed): Json | null {
  if (!ran.args.includes('json') || ran.stdout === '') return null;
  const value: unknown = JSON.parse(ran.stdout);
  return isObject(value) ? value : {};
}
