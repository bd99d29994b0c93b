import { UserError } from '../../internal/model/error.ts';
import { bugOf } from './bug.ts';
import type { Core } from './core.ts';
import type { Effect, Event } from './events.ts';
import { words } from './words.ts';

type Send = (event: Event) => void;

/** Where effects end that are no events. */
export interface Surroundings {
  /** Puts text where the user can paste it. */
  readonly copy: (text: string) => void;
  /** Takes a fault of the tool itself. Only while a change is under way the wizard goes on, to tell what stands. */
  readonly onBug: (bug: Error, mayGoOn: boolean) => void;
}

const told = (error: unknown): { readonly problem: string; readonly hint: string } => ({
  problem: error instanceof Error ? error.message : String(error),
  hint: error instanceof UserError ? error.hint : '',
});

async function gather(core: Core, send: Send): Promise<void> {
  const diagnosis = await core.gather((progress) => send({ type: 'gather-progress', progress }));
  const { id, problem } = await core.newestRecord();
  send({ type: 'gathered', diagnosis, recordId: id, undoProblem: problem });
}

async function answerTo(
  effect: Exclude<Effect, { readonly do: 'gather' | 'stop' | 'copy' }>,
  core: Core,
  send: Send,
  signal: AbortSignal,
): Promise<Event> {
  switch (effect.do) {
    case 'plan': {
      const { request } = effect;
      return { type: 'planned', request, reply: await core.plan(request) };
    }
    case 'dry-run':
      return { type: 'dry-run', asked: effect.plan, reply: await core.dryRun(effect.plan) };
    case 'methods': {
      const { finding } = effect;
      return { type: 'methods', finding, columns: await core.methods(finding) };
    }
    case 'simulate': {
      const { method } = effect;
      return { type: 'simulated', method, column: await core.simulate(effect.finding, method) };
    }
    case 'apply': {
      const onEvent = (event: Extract<Event, { type: 'apply-event' }>['event']): void =>
        send({ type: 'apply-event', event });
      const { plan, undoes } = effect;
      return { type: 'applied', outcome: await core.apply(plan, { undoes, onEvent, signal }) };
    }
    case 'save':
      return { type: 'done', notice: words.saved(await core.save(effect.diagnosis)) };
  }
}

/**
 * Carries out the reducer's effects over a core. What fails as users have to expect comes back as an event; anything else is a
 * bug.
 */
export function effectRunner(
  core: Core,
  { copy, onBug }: Surroundings,
): (effect: Effect, send: Send) => void {
  let applying = new AbortController();
  const fail = (error: unknown, type: 'failed' | 'gather-failed', effect: Effect, send: Send) => {
    const mayGoOn = effect.do === 'apply';
    if (!(error instanceof UserError)) onBug(bugOf(error), mayGoOn);
    if (error instanceof UserError || mayGoOn) send({ type, ...told(error) });
  };
  return (effect, send) => {
    switch (effect.do) {
      case 'gather':
        gather(core, send).catch((error: unknown) => fail(error, 'gather-failed', effect, send));
        return;
      case 'stop':
        applying.abort(new Error('interrupted'));
        return;
      case 'copy':
        copy(effect.text);
        send({ type: 'done', notice: words.copied(effect.text) });
        return;
      default:
        if (effect.do === 'apply') applying = new AbortController();
        answerTo(effect, core, send, applying.signal)
          .then(send)
          .catch((error: unknown) => fail(error, 'failed', effect, send));
    }
  };
}
