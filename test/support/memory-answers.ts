import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { Done, Refused, Right } from '../../internal/model/cluster.ts';

type Cause = Refused['causes'][number];

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** An answer of the server that is not what was asked for. */
export const refusal = (
  status: number,
  message: string,
  more: Partial<Omit<Refused, 'state' | 'status' | 'message'>> = {},
): Refused => ({
  state: 'refused',
  status,
  reason: reasons[status] ?? '',
  message,
  causes: [],
  retryAfterSeconds: null,
  isOpen: false,
  ...more,
});

/** No answer came. `isOpen`: the request may have been carried out. */
export const silence = (isOpen: boolean, message = 'socket hang up'): Refused => ({
  state: 'refused',
  status: null,
  reason: '',
  message,
  causes: [],
  retryAfterSeconds: null,
  isOpen,
});

export const cause = (reason: string, field: string, message: string): Cause => ({
  reason,
  field,
  message,
});

/** 429 of API priority and fairness: without the cause that a disruption budget gives. */
export const tooBusy = (): Refused =>
  refusal(429, 'the server has received too many requests and has asked us to try again later', {
    retryAfterSeconds: 1,
  });

/** 403 of RBAC. The right that a live cluster names is that of the resource, without the object's name. */
export const forbidden = ({ name, ...right }: Right): Refused => {
  void name;
  const scope = right.namespace === undefined ? 'at the cluster scope' : `in "${right.namespace}"`;
  const what = `resource "${right.resource}" in API group "${right.group}"`;
  return refusal(403, `User "somebody" cannot ${right.verb} ${what} ${scope}`, { right });
};

export const done = <T>(value: T, warnings: readonly string[] = []): Done<T> => ({
  state: 'done',
  value,
  warnings,
});

/** The Status that the server answers with where there is no object to give. */
export const success: KubeObject & { readonly status: string } = {
  apiVersion: 'v1',
  kind: 'Status',
  metadata: { name: '' },
  status: 'Success',
};
