import { isUrl, soundNameIn } from '../calls/media-uri.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import type { MediaPort } from '../ports/media.ts';
import type { MusicPort } from '../ports/music.ts';
import { isSsml, type SpeechPort } from '../ports/speech.ts';
import { rebuildSsml } from '../speech/ssml.ts';
import { plainSpeech } from '../speech/tts/plain-speech.ts';

/** Milliseconds that a letter takes, and a sentence before it begins: about what the local engine needs for English. */
const letter = 65;
const breath = 250;

/** Milliseconds of what Asterisk has by itself, and of what users bring: it is not looked at. */
const stock = 1_000;
const brought = 5_000;

/** What can be heard: what was made for it to be played, and how long each lasts. */
export class SimulatedSounds {
  /** By media URI: what is said in it, and how long that takes. */
  readonly #spoken = new Map<string, { readonly text: string; readonly length: number }>();

  /** Those by name of which it is known whether they are there. */
  readonly #known: ReadonlySet<string>;

  constructor(known: ReadonlySet<string> = new Set()) {
    this.#known = known;
  }

  readonly speech: SpeechPort = {
    prompt: async ({ text, voice = '', language }, signal) => {
      signal.throwIfAborted();
      const media = `sound:/prompts/${derivedUuid(language, voice, text)}`;
      if (!this.#spoken.has(media)) this.#spoken.set(media, spokenOf(text, language));
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

  /** A sound by its name, of Asterisk's own or somebody's, of which nobody here knows whether it is there. */
  unknownIn(media: string): string | undefined {
    const name = this.#spoken.has(media) ? undefined : soundNameIn(media);
    if (name === undefined || this.#known.has(name)) return undefined;
    return /^(beep$|silence\/)/.test(name) ? undefined : name;
  }

  /** What is said in it; nothing where it is no speech. */
  textOf(media: string): string | undefined {
    return this.#spoken.get(media)?.text;
  }

  /** As users name it. */
  nameOf(media: string): string {
    return media.replace('sound:/downloads/', '');
  }

  /** In milliseconds. */
  lengthOf(media: string): number {
    const spoken = this.#spoken.get(media);
    if (spoken) return spoken.length;
    const [, seconds] = /^sound:silence\/(\d+)$/.exec(media) ?? [];
    if (seconds !== undefined) return Number(seconds) * 1_000;
    return /^sound:(\/|my\/)/.test(media) ? brought : stock;
  }
}

/** @throws ActionError `INVALID_TEXT` for SSML that is none */
function spokenOf(text: string, language: string): { readonly text: string; readonly length: number } {
  if (!isSsml(text)) return { text, length: lengthOf(text) };
  const pauses = plainSpeech(rebuildSsml(text), language).map((part) => ('pause' in part ? part.pause : 0));
  const words = withoutMarkup(text);
  return { text: words, length: lengthOf(words) + pauses.reduce((sum, pause) => sum + pause, 0) };
}

function lengthOf(text: string): number {
  return breath + text.length * letter;
}

/** What would be heard of SSML. */
function withoutMarkup(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
