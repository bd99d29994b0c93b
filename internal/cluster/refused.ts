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

/**
 * A failure to change something. A right is named only if RBAC's own words name it: a 403 may also be admission's, of somebody
 * who has the right. A patch for an object that was made anew is the conflict that it is (409).
 */
export function refusedChange(failure: Failure): Refused {
  const { right: _, ...rest } = refused(failure);
  const right = failure.status === 403 ? rightIn(failure.error.message) : null;
  const said = { ...rest, ...(right ? { right } : {}) };
  return isOtherObject(failure) ? { ...said, status: 409, reason: 'Conflict' } : said;
}
