import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../../../support/json.ts';
import type { Json, KubeClient, Watching } from '../kube-client.ts';

/** A collection that is followed for good. */
export interface Following {
  readonly stop: () => void;
}

const againMs = 300;
const keyOf = ({ metadata }: Json): string => (isObject(metadata) ? String(metadata['uid']) : '');

/**
 * Tells about every object of a collection, now (`ADDED`) and whenever something changes; after a break of the connection what
 * has gone meanwhile is told as `DELETED`.
 */
export async function follow(
  client: KubeClient,
  path: string,
  take: (type: string, object: Json) => void,
): Promise<Following> {
  const known = new Map<string, Json>();
  const ending = new AbortController();
  let watching: Watching | null = null;
  const read = async (): Promise<string> => {
    const { items, version } = await client.list(path);
    const present = new Set(items.map(keyOf));
    for (const [key, object] of known)
      if (!present.has(key)) {
        known.delete(key);
        take('DELETED', object);
      }
    for (const object of items) {
      known.set(keyOf(object), object);
      take('ADDED', object);
    }
    return version;
  };
  const goOn = async (from: string): Promise<void> => {
    let version = from;
    while (!ending.signal.aborted) {
      watching = client.watch(path, version, ({ type, object }) => {
        if (type === 'BOOKMARK' || type === 'ERROR') return;
        if (type === 'DELETED') known.delete(keyOf(object));
        else known.set(keyOf(object), object);
        take(type, object);
      });
      await watching.done;
      while (!ending.signal.aborted) {
        try {
          version = await read();
          break;
        } catch {
          await wait(againMs); // the API server is away
        }
      }
    }
  };
  void goOn(await read());
  return {
    stop: () => {
      ending.abort();
      watching?.stop();
    },
  };
}
