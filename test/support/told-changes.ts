import type { TellingStore } from '../../src/news/told-records.ts';
import type { Told } from '../../src/ports/changes.ts';

/** Changes of a store that are told to a test, and to no webhook. */
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
