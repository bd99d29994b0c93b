import type { Api } from './api.ts';
import { isRecord } from './json.ts';
import { failure, type Outcome } from './read-error.ts';
import type { Right, Target } from './target.ts';

const reviews: Target = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'selfsubjectaccessreviews',
};

/** A right, perhaps on one object only. */
export interface AccessQuestion extends Right {
  readonly name?: string;
}

/**
 * Asks whether the user may do something (SelfSubjectAccessReview, which everybody may create). A yes is RBAC's: admission
 * may still refuse the request itself.
 */
export async function mayDo(api: Api, question: AccessQuestion): Promise<Outcome<boolean>> {
  const { verb, group, namespace, name } = question;
  const [resource, subresource] = question.resource.split('/');
  const outcome = await api.post(reviews, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
  });
  if (outcome.state === 'failed') return outcome;
  const status = isRecord(outcome.value) ? outcome.value['status'] : undefined;
  const allowed = isRecord(status) ? status['allowed'] : undefined;
  if (typeof allowed === 'boolean') return { state: 'read', value: allowed };
  return failure('damaged', 'the answer is not an access review');
}
