import type { ActiveflowRecord } from './activeflow-record.ts';
import type { ActiveflowState } from './activeflow-state.ts';
import { mainList } from './cursor.ts';
import type { ActionCatalogue } from './load-actions.ts';

/** Whether a flow can go on where it was: each action that it is in can be begun again. */
export function canResume(
  { cursor, lists }: Pick<ActiveflowState, 'cursor' | 'lists'>,
  { actions }: Pick<ActiveflowRecord, 'actions'>,
  catalogue: ActionCatalogue,
): boolean {
  const listOf = (id: string) => (id === mainList ? actions : lists.find((list) => list.id === id)?.actions);
  return cursor.every(({ list, index }) => {
    const action = listOf(list)?.[index];
    return action === undefined || catalogue.get(action.type)?.canResume !== false;
  });
}
