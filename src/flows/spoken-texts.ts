import type { SpeechRequest } from '../ports/speech.ts';
import type { MailboxesPort } from '../ports/voicemail.ts';
import type { WrittenAction } from './advice/list.ts';
import { fixedText, listIn, objectIn, type WrittenOption } from './written.ts';

/** A text that an action says. */
export interface SpokenText {
  /** Where it stands. */
  readonly path: string;
  /** Nothing where a variable has a say in it. */
  readonly request: SpeechRequest | undefined;
}

/** A value, and the object that it stands in. */
interface Place {
  readonly path: string;
  readonly value: unknown;
  readonly holder: WrittenOption;
}

/** All that an action is to say, as it will ask for it. */
export function spokenTexts({ path, type, option }: WrittenAction): SpokenText[] {
  const places = type.ssml.flatMap((key) =>
    placesIn({ path, value: option, holder: option }, key.split('.')),
  );
  return places.flatMap(({ path: place, value, holder }): SpokenText[] =>
    typeof value === 'string' && value.trim() !== ''
      ? [{ path: place, request: requestOf(value, holder, option) }]
      : [],
  );
}

/** The same of what it says that does not stand in it. @throws ActionError why that is not known */
export async function furtherTexts(
  { path, type, option }: WrittenAction,
  mailboxes: MailboxesPort,
): Promise<SpokenText[]> {
  const said = await type.says(option, mailboxes);
  return said.map(({ path: place, text, language }) => ({
    path: `${path}.${place}`,
    request: requestOf(text, {}, { ...option, language }),
  }));
}

/** `prompts.*.text` → every text of that list. */
function placesIn({ path, value, holder }: Place, keys: readonly string[]): Place[] {
  const [key, ...rest] = keys;
  if (key === undefined) return [{ path, value, holder }];
  if (key === '*')
    return listIn(value).flatMap((item, index) =>
      placesIn({ path: `${path}[${index}]`, value: item, holder: objectIn(item) }, rest),
    );
  const object = objectIn(value);
  return placesIn({ path: `${path}.${key}`, value: object[key], holder: object }, rest);
}

/** A voice speaks one language: where a text has its own, the voice of the action is not meant. */
function requestOf(text: unknown, own: WrittenOption, action: WrittenOption): SpeechRequest | undefined {
  const { language = action.language ?? 'en-US' } = own;
  const { voice_id = own.language === undefined ? (action.voice_id ?? '') : '' } = own;
  const { provider = '', gender = '' } = action;
  const written = [text, language, voice_id, provider, gender];
  if (written.some((value) => typeof value !== 'string' || fixedText(value) !== value)) return undefined;
  return {
    text: String(text),
    language: String(language),
    provider: String(provider) || undefined,
    voice: String(voice_id) || undefined,
    gender: genders.find((known) => known === gender),
  };
}

const genders = ['male', 'female', 'neutral'] as const;
