import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../../support/json.ts';
import type { Json } from '../kube-client.ts';

// What Helm and `kubectl apply` reckon for kinds that they do not know (k8s.io/apimachinery, jsonmergepatch): lists are whole.

/** What has to be set in an object so that it has all of another; what is only in the first stays. */
function settings(from: Json, to: Json): Json {
  const entries = Object.entries(to).flatMap(([key, value]): [string, unknown][] => {
    const old = from[key];
    if (isDeepStrictEqual(old, value)) return [];
    if (!isObject(old) || !isObject(value)) return [[key, value]];
    const inner = settings(old, value);
    return Object.keys(inner).length > 0 ? [[key, inner]] : [];
  });
  return Object.fromEntries(entries);
}

/** What one object has and the next has not, as far as it is there now. */
function removals(from: Json, to: Json, now: Json): Json {
  const entries = Object.entries(from).flatMap(([key, value]): [string, unknown][] => {
    if (now[key] === undefined) return [];
    if (!(key in to)) return [[key, null]];
    const [next, present] = [to[key], now[key]];
    if (!isObject(value) || !isObject(next) || !isObject(present)) return [];
    const inner = removals(value, next, present);
    return Object.keys(inner).length > 0 ? [[key, inner]] : [];
  });
  return Object.fromEntries(entries);
}

function joined(one: Json, other: Json): Json {
  const entries = Object.entries(other).map(([key, value]): [string, unknown] => {
    const old = one[key];
    return [key, isObject(old) && isObject(value) ? joined(old, value) : value];
  });
  return { ...one, ...Object.fromEntries(entries) };
}

/**
 * The merge patch of `kubectl apply`: all that is wanted, and away with what was applied the last time and is wanted no more.
 * Fields that somebody else has set, and that were never applied, stay. Empty where nothing has to be done.
 */
export const threeWayPatch = (applied: Json, wanted: Json, live: Json): Json =>
  joined(settings(live, wanted), removals(applied, wanted, live));

/** The merge patch of Helm 3 for a custom resource: what has changed from one rendering to the next, whatever the cluster has. */
export const twoWayPatch = (before: Json, after: Json): Json =>
  joined(settings(before, after), removals(before, after, before));
