import type { ObjectRef } from '../model/finding.ts';
import type { DrainStep, JudgedPod, Plan, PlanItem, Step } from '../model/plan.ts';
import type { AddressForecast } from '../model/remedy.ts';
import { sanitize, sanitizeLines } from './sanitize.ts';

type Clean = (text: string) => string;

const orNull = (text: string | null, clean: Clean): string | null =>
  text === null ? null : clean(text);

/** An object's name, safe to print. */
export const cleanRef = <R extends ObjectRef>(ref: R, clean: Clean): R => ({
  ...ref,
  kind: clean(ref.kind),
  name: clean(ref.name),
  ...(ref.namespace === undefined ? {} : { namespace: clean(ref.namespace) }),
});

/** What a plan or a record says that it does, safe to print. */
export const cleanItem = ({ finding, remedy }: PlanItem, clean: Clean): PlanItem => ({
  finding: finding && {
    id: clean(finding.id),
    title: clean(finding.title),
    affected: finding.affected.map((ref) => cleanRef(ref, clean)),
  },
  remedy: { ...remedy, id: clean(remedy.id), title: clean(remedy.title) },
});

const cleanPod = (pod: JudgedPod, clean: Clean): JudgedPod => ({
  ...pod,
  namespace: clean(pod.namespace),
  name: clean(pod.name),
  reason: clean(pod.reason),
});

const cleanDrain = (step: DrainStep, clean: Clean): DrainStep => ({
  ...step,
  node: clean(step.node),
  pods: step.pods.map((pod) => cleanPod(pod, clean)),
  concerns: step.concerns.map((concern) => ({ ...concern, text: clean(concern.text) })),
  kubectl: step.kubectl.map(sanitizeLines),
});

// The objects and the patch stay as they are: the difference is made of them, and cleaned line by line.
function cleanStep(step: Step, clean: Clean): Step {
  if (step.kind === 'drain') return cleanDrain(step, clean);
  const { change } = step;
  return {
    ...step,
    change: { ...change, ref: cleanRef(change.ref, clean) },
    kubectl: step.kubectl.map(sanitizeLines),
  };
}

const cleanAddress = (forecast: AddressForecast, clean: Clean): AddressForecast => ({
  ...forecast,
  node: clean(forecast.node),
  now: orNull(forecast.now, clean),
  nowInterface: orNull(forecast.nowInterface, clean),
  then: orNull(forecast.then, clean),
  thenInterface: orNull(forecast.thenInterface, clean),
});

/** A copy of the plan whose names and sentences are safe to print; the objects in it are not. */
export function cleanPlan(plan: Plan, newline?: string): Plan {
  const clean: Clean = (text) => sanitize(text, newline);
  return {
    ...plan,
    source: { ...plan.source, name: clean(plan.source.name) },
    items: plan.items.map((item) => cleanItem(item, clean)),
    steps: plan.steps.map((step) => cleanStep(step, clean)),
    addresses: plan.addresses.map((forecast) => cleanAddress(forecast, clean)),
    consequences: plan.consequences.map(clean),
    manual: plan.manual.map(sanitizeLines),
    durable: plan.durable.map(sanitizeLines),
    conflicts: plan.conflicts.map(({ ref, field, remedies }) => ({
      ref: cleanRef(ref, clean),
      field: clean(field),
      remedies: remedies.map(clean),
    })),
    refusal: orNull(plan.refusal, clean),
  };
}
