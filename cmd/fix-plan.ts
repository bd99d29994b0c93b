import type { Diagnosis } from '../internal/model/diagnosis.ts';
import { UserError } from '../internal/model/error.ts';
import type { Finding } from '../internal/model/finding.ts';
import type { Plan } from '../internal/model/plan.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import {
  chooseItems,
  type ChoiceReason,
  type ChosenItem,
  type PassedOver,
} from '../internal/plan/choose.ts';
import { drainFactsOf, type DrainFacts } from '../internal/plan/drain-facts.ts';
import { drainOptionsOf } from '../internal/plan/drain-options.ts';
import { planOf } from '../internal/plan/plan.ts';
import { methodRemedy } from '../internal/remediations/method-remedy.ts';
import { words } from './fix-words.ts';
import type { Flags } from './flags.ts';

const says = words.en;

/** What the user wants to have fixed, and how. */
export interface Wish {
  readonly id: string | undefined;
  readonly flags: Flags;
}

/** What the plan is made from. */
export interface Seen {
  readonly snapshot: Snapshot;
  readonly diagnosis: Diagnosis;
}

/** Reads what drains of these nodes are judged by. */
export type FactsReader = (nodes: readonly string[]) => Promise<DrainFacts>;

/** A plan, with the remedies that were left out; or why there is none. */
export type PlanAnswer =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly passedOver: readonly PassedOver[] }
  | { readonly kind: 'none'; readonly reason: ChoiceReason };

interface Picked {
  readonly items: readonly ChosenItem[];
  readonly passedOver: readonly PassedOver[];
}

type Picking = Picked | { readonly reason: ChoiceReason };

// The finding that a method without one is for, so that its own check says afterwards whether the method cures.
const aboutAddresses = ({ findings }: Diagnosis): Finding | null =>
  findings.find(
    ({ severity, remedies }) =>
      severity === 'error' && remedies.some(({ id }) => id.startsWith('autodetection-method')),
  ) ?? null;

const nodesOf = (finding: Finding | null): readonly string[] =>
  (finding?.affected ?? []).flatMap(({ kind, name }) => (kind === 'Node' ? [name] : []));

function pickMethod(method: string, { id, flags }: Wish, { snapshot, diagnosis }: Seen): Picked {
  const finding = diagnosis.findings.find((one) => one.id === id) ?? aboutAddresses(diagnosis);
  const nodes = flags.node.length > 0 ? flags.node : nodesOf(finding);
  const { drain, ipv6 } = flags.fix;
  const answer = methodRemedy(snapshot, method, {
    sick: nodes.length > 0 ? new Set(nodes) : null,
    isForced: drain.force,
    family: ipv6 ? 6 : 4,
  });
  if ('remedy' in answer) return { items: [{ finding, remedy: answer.remedy }], passedOver: [] };
  const [first = '', ...rest] = answer.refused;
  const hints = [...rest, answer.canForce ? says.methodForce : says.methodHint];
  throw new UserError(first, { hint: hints.join('\n') });
}

const byItself: readonly PassedOver['why'][] = ['by-hand', 'emit', 'refused'];

// Nothing can be sent, so the plan is what a person has to do: for each finding the first that is no matter of consent.
function pickRunbooks({ findings }: Diagnosis, passedOver: readonly PassedOver[]): Picked {
  const items = findings.flatMap((finding): readonly ChosenItem[] => {
    const own = passedOver.filter((one) => one.finding === finding.id);
    const [first] = own;
    if (!first || !byItself.includes(first.why)) return [];
    const remedy = finding.remedies.find(({ id }) => id === first.remedy);
    return remedy ? [{ finding, remedy }] : [];
  });
  return { items, passedOver: passedOver.filter(({ why }) => !byItself.includes(why)) };
}

function pick(wish: Wish, seen: Seen): Picking {
  const { id, flags } = wish;
  const { remedy, freezeOperator } = flags.fix;
  const [method] = flags.method;
  const isKnown = id === undefined || seen.diagnosis.findings.some((one) => one.id === id);
  if (method !== undefined && isKnown) return pickMethod(method, wish, seen);
  const choice = chooseItems(seen.diagnosis, {
    ...(id === undefined ? {} : { finding: id }),
    ...(remedy === undefined ? {} : { remedy }),
    nodes: flags.node,
    freezeOperator,
  });
  if (choice.state === 'chosen') return choice;
  const { reason } = choice;
  return reason.kind === 'none-applicable'
    ? pickRunbooks(seen.diagnosis, reason.passedOver)
    : { reason };
}

/** A choice as it is planned: a change that only commands describe is made by a person, wherever it would last. */
export function asPlanned({ finding, remedy }: ChosenItem): ChosenItem {
  const { action, changes, drains = [] } = remedy;
  const isSent = action === 'apply' || action === 'apply-temporary';
  return isSent && changes.length + drains.length === 0
    ? { finding, remedy: { ...remedy, action: 'manual' } }
    : { finding, remedy };
}

/** Chooses what to do and plans it. `readFacts` is null for a dump, which has all that there is. Throws UserErrors. */
export async function planFor(
  wish: Wish,
  seen: Seen,
  readFacts: FactsReader | null,
): Promise<PlanAnswer> {
  const picked = pick(wish, seen);
  if ('reason' in picked) return { kind: 'none', reason: picked.reason };
  const { passedOver } = picked;
  const items = picked.items.map(asPlanned);
  const { snapshot, diagnosis } = seen;
  const nodes = [...new Set(items.flatMap(({ remedy }) => remedy.drains ?? []))];
  const readDump = (): DrainFacts => drainFactsOf(snapshot);
  const drainFacts = nodes.length === 0 ? null : await (readFacts?.(nodes) ?? readDump());
  const { drain, timeoutSeconds } = wish.flags.fix;
  const drainOptions = drainOptionsOf({ ...drain, timeoutSeconds });
  const { install } = diagnosis;
  const plan = planOf({
    snapshot,
    install,
    items,
    nodes: wish.flags.node,
    drainFacts,
    drainOptions,
  });
  return { kind: 'plan', plan, passedOver };
}
