import type { Problem } from '../../core/errors.ts';
import type { FlowDefaults } from '../../ports/flow-to-run.ts';
import type { Voices } from '../../ports/speech.ts';
import type { ActionCatalogue } from '../load-actions.ts';
import type { WrittenList } from './list.ts';
import { brokenPlaceholders } from './placeholders.ts';
import { voices } from './speech.ts';
import { unsetVariables } from './unset-variables.ts';

/** What is allowed in the defaults of a flow and yet hardly meant: said once, and not of each action that takes them. */
export function adviceOnDefaults(
  { language, voice }: FlowDefaults,
  list: WrittenList | undefined,
  { catalogue, known }: { readonly catalogue: ActionCatalogue; readonly known: Voices },
): readonly Problem[] {
  const type = catalogue.get('talk');
  if (!type || !list) return [];
  const option = { text: '.', language, voice_id: voice };
  const alone = { ...list, actions: [{ path: 'defaults', type, option }] };
  const found = [...brokenPlaceholders(alone), ...unsetVariables(alone), ...voices(alone, known)];
  return found.map(({ path, message }) => ({ path: path.replace(/voice_id$/, 'voice'), message }));
}
