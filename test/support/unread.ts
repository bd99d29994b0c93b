import type { Snapshot } from '../../internal/model/snapshot.ts';

/** The snapshot with a list that was not read, for one reason or the other. */
export const withList = (
  snapshot: Snapshot,
  name: keyof Snapshot['lists'],
  failure: 'forbidden' | 'not-asked',
): Snapshot => ({
  ...snapshot,
  lists: {
    ...snapshot.lists,
    [name]:
      failure === 'not-asked'
        ? { state: 'not-asked', reason: 'not in the dump' }
        : {
            state: 'failed',
            error: {
              kind: 'forbidden',
              message: 'forbidden',
              right: { verb: 'list', group: '', resource: name },
            },
          },
  },
});
