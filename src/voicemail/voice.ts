import type * as z from 'zod';
import { askedPlaybacks } from '../calls/asked-playbacks.ts';
import type { Phase } from '../calls/phases.ts';
import { hearOut, play } from '../calls/playback.ts';
import { Prompt } from '../calls/prompt.ts';
import { ActionError } from '../core/errors.ts';
import type { CallActionContext } from '../flows/action.ts';
import type { Escape } from '../flows/substitute.ts';
import { urlEscape } from '../flows/url-escape.ts';
import { objectIn, type WrittenOption } from '../flows/written.ts';
import { isSsml } from '../ports/speech.ts';
import { speak, talkOption } from '../speech/speaking.ts';

/** In which voice an action says what it says. */
export const voiceOption = talkOption.pick({ language: true, provider: true, voice_id: true, gender: true });

export type Voice = z.output<typeof voiceOption>;

/** How values are written into what is said or played, wherever it stands in an option. */
export function voiceEscape(path: string, option: WrittenOption): Escape {
  const written = path.split('.').reduce<unknown>((value, key) => objectIn(value)[key], option);
  if (typeof written !== 'string') return 'none';
  if (isSsml(written)) return 'xml';
  return /^https?:/i.test(written) ? urlEscape(path, path, { [path]: written }) : 'none';
}

type Context = Pick<CallActionContext, 'call' | 'ports' | 'signal'>;

/** Says it; a digit ends it, and stays. @throws ActionError why it cannot be heard; the signal's reason */
export function say(
  { call, ports, signal }: Context,
  { language, provider, voice_id, gender }: Voice,
  { text, phase }: { readonly text: string; readonly phase: Phase },
): Promise<void> {
  const option = {
    ...{ text, language, provider, voice_id, gender },
    ...({ digits_handle: 'next', async: false, answer: true } as const),
  };
  return speak(call, ports.speech, option, { ...phase, signal });
}

/** Plays a recording; a digit ends it, and stays. @throws ActionError why it cannot be heard; the signal's reason */
export function playTake(
  context: Context,
  { recordingId, phase }: { readonly recordingId: string; readonly phase: Phase },
): Promise<void> {
  const { ports, signal } = context;
  return playMedia(context, { media: () => ports.takes.media(recordingId, signal), phase });
}

/** The same of whatever Asterisk can play, asked for where a daemon that died had not done so. */
export async function playMedia(
  { call, signal }: Pick<Context, 'call' | 'signal'>,
  { media, phase }: { readonly media: () => Promise<string>; readonly phase: Phase },
): Promise<void> {
  using prompt = new Prompt(call, { id: phase.id, takesBargeIn: true, ...askedPlaybacks(phase) });
  const ending = (await hearOut(prompt, signal)) ?? (await play(prompt, await media(), signal));
  if (ending === 'failed') throw new ActionError('PLAYBACK_FAILED', 'Asterisk could not play it');
}
