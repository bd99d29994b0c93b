import { UserError } from '../../internal/model/error.ts';
import type { Core } from './core.ts';
import type { Effect, Event } from './events.ts';
import { words } from './words.ts';

type Send = (event: Event) => void;

const told = (error: unknown): { readonly problem: string; readonly hint: string } => ({
  problem: error instanceof Error ? error.message : String(error),
  hint: error instanceof UserError ? error.hint : '',
});

async function gather(core: Core, send: Send): Promise<void> {
  try {
    const diagnosis = await core.gather((progress) => send({ type: 'gather-progress', progress }));
    send({ type: 'gathered', diagnosis, recordId: await core.newestRecord() });
  } catch (error) {
    send({ type: 'gather-failed', ...told(error) });
  }
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
 * Carries out the reducer's effects over a core. `copy` puts text where the terminal's user can paste it. What fails comes back
 * as an event.
 */
export function effectRunner(
  core: Core,
  copy: (text: string) => void,
): (effect: Effect, send: Send) => void {
  let applying = new AbortController();
  return (effect, send) => {
    switch (effect.do) {
      case 'gather':
        void gather(core, send);
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
        answerTo(effect, core, send, applying.signal).then(send, (error: unknown) =>
          send({ type: 'failed', ...told(error) }),
        );
    }
  };
}
