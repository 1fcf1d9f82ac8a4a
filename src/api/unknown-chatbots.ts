import type { Problem } from '../core/errors.ts';
import { type Finds, unknownReferences } from '../flows/advice/references.ts';
import type { Parts } from './parts.ts';

/** Chatbots in a flow that are not there, each with its path: such a flow is not taken. */
export function unknownChatbots(
  { actions: catalogue, store }: Pick<Parts, 'actions' | 'store'>,
  given: readonly unknown[],
): Promise<readonly Problem[]> {
  const finds: Finds = async (kind, id) => kind !== 'chatbot' || (await store.chatbots.get(id)) !== undefined;
  return unknownReferences(given, catalogue, finds);
}
