import type { Clock } from '../model/clock.ts';
import type { Cluster, Reply } from '../model/cluster.ts';
import { UserError } from '../model/error.ts';

// An API server that has just started knows no service accounts for some seconds.
const patienceSeconds = 30;

/**
 * The cluster, as long as it takes the credentials: reading throws a UserError once they have been refused (401) for half a minute,
 * as waiting on would show nothing any more.
 */
export function whileAccepted(cluster: Cluster, clock: Clock): Cluster {
  let since: number | null = null;
  const watched = async <T>(request: Promise<Reply<T>>): Promise<Reply<T>> => {
    const reply = await request;
    if (reply.state === 'done' || reply.status !== 401) {
      since = null;
      return reply;
    }
    since ??= clock.now();
    if (clock.now() - since < patienceSeconds * 1000) return reply;
    throw new UserError(words.expired(reply.message), { hint: words.hint });
  };
  return {
    ...cluster,
    get: (ref) => watched(cluster.get(ref)),
    list: (query) => watched(cluster.list(query)),
  };
}

const words = {
  expired: (message: string): string =>
    `The API server does not take your credentials any more (${message}), so how it goes on cannot be seen. What was begun goes on by itself.`,
  hint: 'Log in again, and look with: kubectl calico-fix diagnose',
};
