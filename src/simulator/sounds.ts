import { isUrl } from '../calls/media-uri.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import type { MediaPort } from '../ports/media.ts';
import type { MusicPort } from '../ports/music.ts';
import { isSsml, type SpeechPort } from '../ports/speech.ts';

/** Milliseconds that a letter takes, and a sentence before it begins: about what the local engine needs for English. */
const letter = 65;
const breath = 250;

/** Milliseconds of what Asterisk has by itself, and of what users bring: it is not looked at. */
const stock = 1_000;
const brought = 5_000;

/** What can be heard: what was made for it to be played, and how long each lasts. */
export class SimulatedSounds {
  /** By media URI: what is said in it. */
  readonly #spoken = new Map<string, string>();

  readonly speech: SpeechPort = {
    prompt: async ({ text, voice = '', language }, signal) => {
      signal.throwIfAborted();
      const media = `sound:/prompts/${derivedUuid(language, voice, text)}`;
      this.#spoken.set(media, isSsml(text) ? withoutMarkup(text) : text);
      return media;
    },
  };

  readonly media: MediaPort = {
    fetch: async (media, signal) => {
      signal.throwIfAborted();
      return isUrl(media) ? `sound:/downloads/${media}` : media;
    },
  };

  readonly music: MusicPort = {
    class: async (name, signal) => {
      signal.throwIfAborted();
      return name;
    },
  };

  /** What is said in it; nothing where it is no speech. */
  textOf(media: string): string | undefined {
    return this.#spoken.get(media);
  }

  /** As users name it. */
  nameOf(media: string): string {
    return media.replace('sound:/downloads/', '');
  }

  /** In milliseconds. */
  lengthOf(media: string): number {
    const text = this.#spoken.get(media);
    if (text !== undefined) return breath + text.length * letter;
    const [, seconds] = /^sound:silence\/(\d+)$/.exec(media) ?? [];
    if (seconds !== undefined) return Number(seconds) * 1_000;
    return /^sound:(\/|my\/)/.test(media) ? brought : stock;
  }
}

/** What would be heard of SSML, with the length of its pauses left out. */
function withoutMarkup(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
