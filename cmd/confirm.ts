import type { Plan } from '../internal/model/plan.ts';
import { listNames } from '../internal/report/layout.ts';
import { cleanRef } from '../internal/report/plan-clean.ts';
import { objectName } from '../internal/report/plan-steps.ts';
import { sanitize } from '../internal/report/sanitize.ts';
import { words } from './fix-words.ts';
import type { Shell } from './shell.ts';

/** Where a plan is to be carried out, as the user knows it. */
export interface Place {
  readonly context: string;
  readonly server: string;
}

const says = words.en;
const mostObjects = 3;

const isYes = (answer: string | null): boolean =>
  answer !== null && /^y(?:es)?$/i.test(answer.trim());

async function confirmChanges(plan: Plan, where: string, { ask }: Shell): Promise<boolean> {
  const refs = plan.steps.flatMap((step) => (step.kind === 'change' ? [step.change.ref] : []));
  if (refs.length === 0) return true;
  const names = refs.map((ref) => objectName(cleanRef(ref, sanitize)));
  return isYes(await ask(says.askChange(listNames(names, Infinity, mostObjects), where)));
}

// What runs on a node is at stake, so a mere yes is too quickly said.
async function confirmDrains(plan: Plan, where: string, { ask }: Shell): Promise<boolean> {
  const nodes = plan.steps.flatMap((step) => (step.kind === 'drain' ? [step.node] : []));
  for (const node of nodes) {
    const answer = await ask(says.askDrain(sanitize(node), where));
    if (answer?.trim() !== node) return false;
  }
  return true;
}

/** Asks on the terminal whether the plan may be carried out; anything but a clear yes is a no. */
export async function confirm(plan: Plan, place: Place, shell: Shell): Promise<boolean> {
  const where = says.place(sanitize(place.context), sanitize(place.server));
  return (await confirmChanges(plan, where, shell)) && (await confirmDrains(plan, where, shell));
}
