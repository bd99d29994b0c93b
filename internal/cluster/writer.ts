import type { ApiOptions } from './api.ts';
import { Attempts } from './attempts.ts';
import type { ChangeRequest } from './change-request.ts';
import type { Connection } from './connection.ts';
import { asOpenIf } from './judge.ts';
import { commonHeaders, defaultTimeoutMs, parse, urlOf, wholeBody } from './request.ts';
import type { Outcome } from './read-error.ts';
import type { Right } from './target.ts';
import { warningsOf } from './warning-headers.ts';

/** What a change was answered with. */
export interface Written {
  readonly value: unknown;
  readonly warnings: readonly string[];
}

const verbs = { PATCH: 'patch', POST: 'create', DELETE: 'delete' } as const;

function rightFor({ method, target }: ChangeRequest): Right {
  const { group, resource, subresource, namespace } = target;
  return {
    verb: verbs[method],
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/**
 * Sends what changes something, the only place that does. A dry run stores nothing and is retried like reading. Else it is
 * sent again only if it was surely not carried out (no connection, 401, 429, a 503 that the API server itself says with
 * `Retry-After`), for about half a minute; where the answer is lost, cut or no JSON, and for all other errors of a server or a
 * proxy, the failure is open. Interrupted: see `Attempts.run`.
 */
export async function sendChange(
  connection: Connection,
  options: ApiOptions,
  change: ChangeRequest,
  isDryRun: boolean,
): Promise<Outcome<Written>> {
  const { method, target, query, contentType, body } = change;
  const accept = { accept: 'application/json', 'content-type': contentType };
  const outcome = await new Attempts(connection, options).run({
    send: {
      ...wholeBody,
      method,
      url: urlOf(connection.server, target, query),
      headers: { ...commonHeaders(options), ...accept },
      body: JSON.stringify(body),
    },
    needed: rightFor(change),
    patience: isDryRun ? 'normal' : 'long',
    timeoutMs: options.requestTimeoutMs ?? defaultTimeoutMs,
    isWrite: !isDryRun,
  });
  if (outcome.state === 'failed') return outcome;
  const parsed = parse(outcome.value.text);
  if (parsed.state === 'failed') return asOpenIf(!isDryRun, parsed);
  const warnings = warningsOf(outcome.value.warnings);
  return { state: 'read', value: { value: parsed.value, warnings } };
}
