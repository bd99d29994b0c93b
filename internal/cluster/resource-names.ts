import { apiResources } from '../model/api-resources.ts';
import { groupOf } from './object-type.ts';
import type { Target } from './target.ts';

/** Where the API keeps objects of a kind. */
export interface KindPlace {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
}

// apimachinery pkg/api/meta, UnsafeGuessKindToResource.
function guess(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('s')) return `${singular}es`;
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}

/**
 * The URL of a kind, in the version that the apiVersion names; of one object if it has a name. Kinds that the model does not
 * know have their plural guessed by kubectl's rule.
 */
export function targetOf(place: KindPlace & { readonly name?: string }): Target {
  const { apiVersion, kind, namespace, name } = place;
  const group = groupOf(apiVersion);
  const known = Object.hasOwn(apiResources, kind) ? apiResources[kind] : undefined;
  const isPlaced = namespace !== undefined && (known?.isNamespaced ?? true);
  return {
    group,
    version: group === '' ? apiVersion : apiVersion.slice(group.length + 1),
    resource: known?.plural ?? guess(kind),
    ...(isPlaced ? { namespace } : {}),
    ...(name === undefined ? {} : { name }),
  };
}
