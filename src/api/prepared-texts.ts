import { Deadline } from '../core/deadline.ts';
import { ActionError, messageOf, type Problem } from '../core/errors.ts';
import { Semaphore } from '../core/semaphore.ts';
import { inOrder } from '../flows/advice/in-order.ts';
import { listsIn, type WrittenAction } from '../flows/advice/list.ts';
import { allWithDefaults } from '../flows/defaults.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import { furtherTexts, type SpokenText, spokenTexts } from '../flows/spoken-texts.ts';
import type { Parts } from './parts.ts';

export interface Preparation {
  readonly texts: number;
  readonly prepared: number;
  readonly problems: readonly Problem[];
}

/** For all of a flow; whoever calls meanwhile is to be heard too. */
const patience = 60_000;
const atOnce = 2;

/** Has all that a flow says spoken, so that no caller waits for it; what cannot be, each with its place. */
export async function prepareTexts(
  { actions: catalogue, speech, mailboxes }: Pick<Parts, 'actions' | 'speech' | 'mailboxes'>,
  { actions, defaults }: Pick<FlowRecord, 'actions' | 'defaults'>,
): Promise<Preparation> {
  const written = defaults ? allWithDefaults(actions, defaults, catalogue) : actions;
  const spoken = listsIn(written, catalogue, 'actions').flatMap((list) => list.actions);
  const unknown: Problem[] = [];
  const further = async (action: WrittenAction): Promise<SpokenText[]> => {
    try {
      return await furtherTexts(action, mailboxes);
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      unknown.push({ path: action.path, message: error.message });
      return [];
    }
  };
  const texts = [...spoken.flatMap(spokenTexts), ...(await Promise.all(spoken.map(further))).flat()];
  using deadline = new Deadline(patience);
  const turns = new Semaphore(atOnce);
  const prepare = async ({ path, request }: SpokenText): Promise<Problem[]> => {
    if (!request) return [{ path, message: 'has a variable in it: it is spoken when it is to be heard' }];
    try {
      await turns.run(() => speech.prompt(request, deadline.signal), deadline.signal);
      return [];
    } catch (error) {
      return [{ path, message: deadline.hasPassed ? 'there was no time left for it' : messageOf(error) }];
    }
  };
  const problems = (await Promise.all(texts.map(prepare))).flat();
  const prepared = texts.length - problems.length;
  return { texts: texts.length, prepared, problems: inOrder([...problems, ...unknown]) };
}
