import { isUrl, soundNameIn } from '../calls/media-uri.ts';
import type { MediaPort } from '../ports/media.ts';
import type { Sounds } from './sounds.ts';

export interface PlayablesOptions {
  /** Audio of URLs. */
  readonly downloads: MediaPort;
  readonly sounds: Pick<Sounds, 'media'>;
}

/** All that users may name to be heard: a sound of theirs goes before one of the same name that Asterisk has. */
export class Playables implements MediaPort {
  readonly #options: PlayablesOptions;

  constructor(options: PlayablesOptions) {
    this.#options = options;
  }

  async fetch(media: string, signal: AbortSignal, language = ''): Promise<string> {
    const { downloads, sounds } = this.#options;
    if (isUrl(media)) return downloads.fetch(media, signal);
    const name = soundNameIn(media);
    return (name !== undefined && (await sounds.media(name, language, signal))) || media;
  }
}
