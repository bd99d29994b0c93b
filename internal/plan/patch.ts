import type { KubeObject } from '../model/kubernetes.ts';
import type { Change } from '../model/remedy.ts';
import { isFields } from './fields.ts';
import { isKubeObject } from './json-value.ts';
import { PatchError } from './patch-error.ts';
import { jsonPatched } from './patch-json.ts';
import { mergePatched } from './patch-merge.ts';
import { schemaOf } from './patch-schema.ts';
import { strategicPatched } from './patch-strategic.ts';

function patched(object: KubeObject, { patchType, body }: Change): unknown {
  if (patchType === 'json') return jsonPatched(object, body);
  if (!isFields(body)) throw new PatchError('invalid', '', words.noRecord);
  return patchType === 'strategic' && isFields(object)
    ? strategicPatched(object, body, schemaOf(object.kind))
    : mergePatched(object, body);
}

/**
 * The object as the API server would store it after a patch, before defaults and without a new resourceVersion: a JSON patch
 * (RFC 6902), a strategic merge patch of a built-in kind, or a JSON merge patch (RFC 7396; also where no type is named). Throws a
 * PatchError where the server would refuse. Deletions, evictions and creations are no patches.
 */
export function applyChange(object: KubeObject, change: Change): KubeObject {
  if (change.verb !== 'patch') throw new PatchError('invalid', '', words.noPatch(change.verb));
  const result = patched(object, change);
  if (!isKubeObject(result)) throw new PatchError('invalid', '', words.noObject);
  return result;
}

const words = {
  noRecord: 'A merge patch is an object.',
  noPatch: (verb: string): string => `${verb} is no patch.`,
  noObject: 'The patch leaves no Kubernetes object.',
};
