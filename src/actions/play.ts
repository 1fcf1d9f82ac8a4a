import * as z from 'zod';
import { play } from '../calls/playback.ts';
import { ActionError } from '../core/errors.ts';
import { defineAction } from '../flows/action.ts';
import { digitsHandle } from '../flows/option-schemas.ts';

/** A sound of Asterisk's, by name; it becomes part of a file name there. */
const media = z
  .string()
  .regex(
    /^sound:[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/,
    'expected sound:<name>, for example sound:demo-congrats',
  )
  .max(255);

export default defineAction({
  type: 'play',
  summary: 'Plays sounds one after the other; one that cannot be played is skipped.',
  needs: 'answered call',
  option: z.strictObject({
    stream_urls: z.array(media).min(1).max(100),
    digits_handle: digitsHandle,
    /** How often the whole list is played. */
    loop: z.int().min(1).max(1_000).default(1),
  }),
  example: { stream_urls: ['sound:demo-congrats'] },

  async run({ call, signal, log }, { stream_urls, digits_handle, loop }) {
    using skip = digits_handle === 'next' ? call.digits.bargeIn() : undefined;
    for (let round = 0; round < loop; round++) {
      let played = 0;
      for (const [index, url] of stream_urls.entries()) {
        // One by one: in a list of its own Asterisk hides which item failed.
        const state = await play(call, url, { signal, bargeIn: skip?.signal }).catch(unplayable(signal));
        if (state === 'stopped') return undefined;
        if (state === 'done') played++;
        else log.warn({ index }, 'media_skipped');
      }
      if (played === 0) throw new ActionError('PLAYBACK_FAILED', 'none of the sounds could be played');
    }
    return undefined;
  },
});

/** What Asterisk refuses is skipped like what it cannot play. */
function unplayable(signal: AbortSignal): (error: unknown) => 'failed' {
  return (error) => {
    signal.throwIfAborted();
    if (error instanceof ActionError) return 'failed';
    throw error;
  };
}
