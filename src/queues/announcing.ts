import { isMedia } from '../calls/media-uri.ts';
import { play } from '../calls/playback.ts';
import { Prompt } from '../calls/prompt.ts';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { sleep } from '../core/wait.ts';
import type { CallActionContext } from '../flows/action.ts';
import { failureOf, tellFailure } from '../flows/failure.ts';
import { substitute } from '../flows/substitute.ts';
import type { Announcements } from '../ports/announcements.ts';
import { isSsml } from '../ports/speech.ts';

/** Whoever is served at once hears none. */
const firstAfter = 1_000;

/** A wait of so many milliseconds, and more, is one of minutes. */
const minute = 60_000;

type Speaking = Pick<CallActionContext, 'call' | 'id' | 'ports' | 'variables' | 'log' | 'publish' | 'action'>;

/**
 * Tells a call that waits in a queue where it stands, again and again, whenever it has nothing else to hear; not while an agent is
 * rung for it. What cannot be heard is told of once.
 */
export async function announce(
  context: Speaking,
  announcements: Announcements,
  signal: AbortSignal,
): Promise<void> {
  const { interval, only_when_changed } = announcements;
  if (interval === 0) return;
  const failed = new Set<string>();
  let last = '';
  for (await sleep(firstAfter, signal); ; await sleep(interval, signal)) {
    if (context.variables.get('voipbin.queuecall.status') !== 'wait') continue;
    const texts = textsFor(announcements, context);
    const whole = texts.map(({ text }) => text).join('\n');
    if (whole === '' || (only_when_changed && whole === last)) continue;
    try {
      await say(context, { texts, announcements }, signal);
      last = whole;
    } catch (error) {
      signal.throwIfAborted();
      report(context, error, failed);
    }
  }
}

/** Says something by the way, in the voice of the announcements. @throws ActionError why it cannot be heard; the signal's reason */
export async function sayNow(
  context: Speaking,
  { written, announcements }: { readonly written: string; readonly announcements: Announcements },
  signal: AbortSignal,
): Promise<void> {
  if (written !== '') await say(context, { texts: [textOf(written, context)], announcements }, signal);
}

interface Text {
  readonly text: string;
  /** Whether it is to be played as it is; what a variable says never is. */
  readonly isMedia: boolean;
}

/** With the values of just now. */
function textsFor(announcements: Announcements, { variables }: Pick<Speaking, 'variables'>): Text[] {
  const { prompt, position, wait, wait_short, wait_unknown } = announcements;
  const estimate = variables.get('voipbin.queuecall.estimated_wait');
  const waiting = estimate === '' ? wait_unknown : Number(estimate) > minute ? wait : wait_short;
  const wanted = [prompt, position, waiting].filter((written) => written !== '');
  return wanted.map((written) => textOf(written, { variables }));
}

function textOf(written: string, { variables }: Pick<Speaking, 'variables'>): Text {
  const how = isSsml(written) ? 'xml' : 'none';
  const { option } = substitute(
    { written },
    (name) => variables.get(name),
    () => how,
  );
  return { text: String(option.written), isMedia: isMedia(written) };
}

/** As one: nothing else comes between. What is prepared is ready before its turn, and the music goes on so long. */
async function say(
  { call, id, ports }: Speaking,
  { texts, announcements }: { readonly texts: readonly Text[]; readonly announcements: Announcements },
  signal: AbortSignal,
): Promise<void> {
  const { language, voice_id: voice } = announcements;
  const medias: string[] = [];
  for (const { text, isMedia } of texts) {
    if (!isMedia) medias.push(await ports.speech.prompt({ text, language, ...(voice && { voice }) }, signal));
    else medias.push(await ports.media.fetch(text, signal, language));
  }
  // Of this very moment: what a daemon that died had begun to say may still be heard.
  const began = Math.round(now());
  using prompt = new Prompt(call, { id: (kind, ...key) => id(kind, began, ...key), isWhole: true });
  for (const media of medias) {
    const ending = await play(prompt, media, signal);
    if (ending === 'failed') throw new ActionError('PLAYBACK_FAILED', 'Asterisk could not play it');
    if (ending === 'stopped') return;
  }
}

/** It may go wrong every few seconds. */
function report(context: Speaking, error: unknown, told: Set<string>): void {
  const { code, message } = failureOf(error);
  if (told.has(code)) return;
  told.add(code);
  context.log.warn({ code, reason: message }, 'announcement_not_heard');
  tellFailure(context, error, 'announcement: ');
}
