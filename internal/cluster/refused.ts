import type { Refused } from '../model/cluster.ts';
import { type Failure, rightIn } from './read-error.ts';

/** A failure to read, in the words of a `Cluster`. */
export function refused({ status, error, details, isOpen }: Failure): Refused {
  return {
    state: 'refused',
    status,
    reason: details?.reason ?? '',
    message: error.message,
    causes: details?.causes ?? [],
    retryAfterSeconds: details?.retryAfterSeconds ?? null,
    ...(error.right ? { right: error.right } : {}),
    isOpen: isOpen ?? false,
  };
}

// registry/rest BeforeUpdate and ValidateObjectMetaUpdate: a uid in a patch must be the object's own, which is held against the
// patch and not against whoever made the object anew.
const isOtherObject = ({ status, details }: Failure): boolean =>
  status === 422 && (details?.causes.some(({ field }) => field === 'metadata.uid') ?? false);

// apiserver endpoints/handlers/patch.go, applyJSPatch: all that is said when a JSON patch does not fit the object, be it a `test`
// that fails or a place that is not there. Faults of what came out of a patch have causes.
const isMisfit = ({ status, error, details }: Failure): boolean =>
  status === 422 &&
  details?.causes.length === 0 &&
  error.message === 'the server rejected our request due to an error in our request';

function conflictIn(failure: Failure): string | null {
  if (isOtherObject(failure)) return 'the object was deleted and made anew meanwhile';
  return isMisfit(failure) ? 'the object is no longer as the patch expects it' : null;
}

// The server puts the whole object, or the whole patch, before what it has to say of one unknown field.
const withoutObject = (message: string): string =>
  message.replace(/^.*: (?=strict decoding error: )/s, '');

/**
 * A failure to change something. A right is named only if RBAC's own words name it: a 403 may also be admission's, of somebody
 * who has the right. A patch that does not fit, or for an object that was made anew, is the conflict that it is (409).
 */
export function refusedChange(failure: Failure): Refused {
  const { right: _, ...rest } = refused(failure);
  const right = failure.status === 403 ? rightIn(failure.error.message) : null;
  const said: Refused = {
    ...rest,
    message: withoutObject(rest.message),
    causes: rest.causes.map((cause) => ({ ...cause, message: withoutObject(cause.message) })),
    ...(right ? { right } : {}),
  };
  const conflict = conflictIn(failure);
  return conflict === null ? said : { ...said, status: 409, reason: 'Conflict', message: conflict };
}
