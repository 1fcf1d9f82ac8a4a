import { defineAction } from '../flows/action.ts';
import { failureOf, tellFailure } from '../flows/failure.ts';
import { placeholders } from '../flows/substitute.ts';
import { urlEscape } from '../flows/url-escape.ts';
import { listIn } from '../flows/written.ts';
import { playAll, playOption } from '../media/playlist.ts';

export default defineAction({
  type: 'play',
  summary: 'Plays WAV or MP3 from URLs, sounds and recordings one after the other; a bad one is skipped.',
  needs: 'answered call',
  answers: ({ answer }) => answer,
  option: playOption,
  example: { stream_urls: ['https://media.example.com/welcome.mp3', 'sound:demo-congrats'] },
  command: { operationId: 'playToCall', summary: 'Play sounds to a call', until: 'prompts' },

  escape: (path, { stream_urls }) => {
    const index = Number(/^stream_urls\[(\d+)\]$/.exec(path)?.[1] ?? Number.NaN);
    const written: unknown = Array.isArray(stream_urls) ? stream_urls[index] : undefined;
    const isName = typeof written === 'string' && /^(sound|recording):/.test(written);
    return isName ? 'none' : urlEscape(path, path, { [path]: written });
  },

  async run(context, wanted) {
    const { action, call, id, ports, signal, log, variables, keep, left } = context;
    const written = listIn(action.option?.stream_urls);
    const onSkipped = (index: number, error: unknown): void => {
      const { code, message } = failureOf(error);
      log.warn({ index, code, reason: message }, 'media_skipped');
      const path = `stream_urls[${index}]`;
      const empty = placeholders(written[index]).filter((name) => variables.get(name) === '');
      tellFailure(context, error, `${path}: `, new Map([[path, empty]]));
    };
    await playAll({ call, id, media: ports.media, signal, written, onSkipped, keep, left }, wanted);
    return undefined;
  },
});
