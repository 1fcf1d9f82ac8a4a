import type { TellingStore } from '../../news/told-records.ts';
import type { Told } from '../../ports/changes.ts';

/** Changes of a store in memory, and who is told of them. */
export function toldTo<T extends string, R>(
  store: TellingStore<R>,
  tell: (type: T, record: R) => void,
): Told<T, R> {
  return (type) => {
    const told = (record: R | undefined): R | undefined => {
      if (record !== undefined) tell(type, record);
      return record;
    };
    return {
      insert: async (record) => {
        await store.insert(record, {});
        told(record);
      },
      update: async (id, change, isExpected) =>
        told(await store.update(id, change, isExpected ? { isExpected } : {})),
      delete: async (...[id, time, deletion = {}]) => told(await store.delete(id, time, deletion)),
    };
  };
}
