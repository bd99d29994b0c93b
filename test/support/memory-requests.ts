import type { ListQuery, Refused, Right } from '../../internal/model/cluster.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';

/** A request as the cluster got it. */
export interface SeenRequest {
  readonly verb: 'get' | 'list' | Change['verb'] | 'may' | 'log' | 'gather';
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly change?: Change;
  readonly query?: ListQuery;
  readonly right?: Right;
  readonly isDryRun: boolean;
  /** Milliseconds since 1970, by the cluster's clock. */
  readonly at: number;
}

/** Which requests a hook is for; what is not given fits all. */
export interface RequestFilter {
  readonly verb?: SeenRequest['verb'] | readonly SeenRequest['verb'][];
  readonly kind?: string;
  readonly name?: string;
  readonly isDryRun?: boolean;
  /** Only the n-th request that fits the rest, counted from 1. */
  readonly nth?: number;
}

/**
 * What a hook may do with a request: nothing (it is carried out), answer it with a refusal in its place, `lost` (it is carried out,
 * but the client gets no answer), or add the server's warnings to the answer.
 */
export type HookAnswer = Refused | 'lost' | { readonly warnings: readonly string[] } | void;

export interface Hook {
  readonly filter: RequestFilter;
  readonly run: (request: SeenRequest) => HookAnswer;
  seen: number;
}

function fits({ verb, kind, name, isDryRun }: RequestFilter, request: SeenRequest): boolean {
  const verbs = typeof verb === 'string' ? [verb] : verb;
  return (
    (verbs?.includes(request.verb) ?? true) &&
    (kind === undefined || kind === request.kind) &&
    (name === undefined || name === request.name) &&
    (isDryRun === undefined || isDryRun === request.isDryRun)
  );
}

/** Runs the hooks that a request is for; the first answer counts. */
export function runHooks(hooks: readonly Hook[], request: SeenRequest): HookAnswer {
  let answer: HookAnswer = undefined;
  for (const hook of hooks) {
    if (!fits(hook.filter, request)) continue;
    hook.seen += 1;
    if (hook.filter.nth !== undefined && hook.filter.nth !== hook.seen) continue;
    answer ??= hook.run(request);
  }
  return answer;
}

/** What a request names. */
export const named = ({ kind, name, namespace }: ApiRef): Partial<SeenRequest> => ({
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
