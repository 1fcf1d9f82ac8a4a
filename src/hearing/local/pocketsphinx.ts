import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '../../core/errors.ts';
import { localFile } from '../../core/local-tool.ts';
import type { Scope } from '../../core/scope.ts';
import { Semaphore } from '../../core/semaphore.ts';
import { orAbort } from '../../core/wait.ts';
import { type Stt, type SttListener, type SttRequest, type SttStream, sttErrorOf } from '../stt.ts';
import { type Ask, UtteranceStream } from '../utterance-stream.ts';
import { Dictionary } from './dictionary.ts';
import { grammarOf } from './grammar.ts';
import { digitsModel, phrasesModel } from './models.ts';
import { type ListenedFor, recognise } from './recognise.ts';
import { asWritten, type SpokenForm, spokenFormOf } from './spoken-form.ts';

/** Programs at once, of all calls: each takes 30 MB, and a processor for a tenth of a second. */
const mostAtOnce = 4;

export interface PocketsphinxOptions {
  /** Where it keeps what its streams listen for and hear, while they live; nobody else's. */
  readonly folder: string;
}

/**
 * The local engine: pocketsphinx, a program for each utterance. It hears English digits, and given phrases of words that are in its
 * dictionary; free text is beyond it.
 */
export class Pocketsphinx implements Stt {
  readonly name = 'local';
  readonly longestStream = Number.POSITIVE_INFINITY;
  readonly #folder: string;
  #words: Dictionary | undefined;
  #emptied: Promise<unknown> | undefined;
  #opened = 0;
  readonly #turns = new Semaphore(mostAtOnce);

  constructor({ folder }: PocketsphinxOptions) {
    this.#folder = folder;
  }

  get missing(): string | undefined {
    return this.isAvailable()
      ? undefined
      : 'no pocketsphinx: expected the packages of docker/packages-hearing.txt';
  }

  isAvailable(): boolean {
    const files = [digitsModel(), phrasesModel()].flatMap((model) => [model.acoustic, model.dictionary]);
    return [localFile('usr/bin/pocketsphinx_continuous'), ...files].every((file) => existsSync(file));
  }

  problemOf({ language, hints }: SttRequest): ActionError | undefined {
    if (!/^en(-|$)/i.test(language))
      return new ActionError('UNKNOWN_LANGUAGE', 'the local engine hears English only', { path: 'language' });
    if (hints.length === 0)
      return new ActionError('HINTS_NEEDED', 'the local engine hears digits and phrases of `hints` only', {
        path: 'hints',
      });
    const unknown = hints.findIndex((hint) => !this.#knows(spokenFormOf(hint)));
    if (unknown < 0) return undefined;
    const path = `hints[${unknown}]`;
    const message = `${path}: expected words of the local engine's dictionary, which is an English one`;
    return new ActionError('HINTS_NEEDED', message, { path });
  }

  async open({ hints }: SttRequest, listener: SttListener, scope: Scope): Promise<SttStream> {
    scope.signal.throwIfAborted();
    const lifetime = scope.child();
    try {
      const forms = hints.map(spokenFormOf);
      const folder = await this.#ownFolder(lifetime);
      const listenedFor = await this.#write(forms, folder);
      scope.signal.throwIfAborted();
      return new UtteranceStream(this.#ask(forms, folder, listenedFor), listener, lifetime);
    } catch (error) {
      await lifetime.close();
      scope.signal.throwIfAborted();
      throw sttErrorOf(error, 'what is listened for cannot be written');
    }
  }

  #ask(forms: readonly SpokenForm[], folder: string, listenedFor: ListenedFor): Ask {
    let asked = 0;
    return (samples, onBegun, signal) =>
      this.#turns.run(async () => {
        onBegun();
        const file = join(folder, `${++asked}.raw`);
        return asWritten(await recognise(samples, listenedFor, { file, signal }), forms);
      }, signal);
  }

  #knows({ words }: SpokenForm): boolean {
    return words.length > 0 && this.#dictionary().missing(words).length === 0;
  }

  #dictionary(): Dictionary {
    this.#words ??= new Dictionary(phrasesModel().dictionary);
    return this.#words;
  }

  /** A number is its name. */
  async #ownFolder(scope: Scope): Promise<string> {
    // What a killed daemon has left behind goes with the first of this one.
    this.#emptied ??= rm(this.#folder, { recursive: true, force: true });
    await orAbort(this.#emptied, scope.signal);
    const folder = join(this.#folder, String(++this.#opened));
    scope.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** What is listened for is users' text: it stands in files, and only its words. */
  async #write(forms: readonly SpokenForm[], folder: string): Promise<ListenedFor> {
    const { text, words, isOfDigits } = grammarOf(forms);
    const grammar = join(folder, 'hints.gram');
    await writeFile(grammar, text, { mode: 0o600 });
    if (isOfDigits) return { model: digitsModel(), grammar, dictionary: digitsModel().dictionary };
    const dictionary = join(folder, 'words.dict');
    await writeFile(dictionary, this.#dictionary().extract(words), { mode: 0o600 });
    return { model: phrasesModel(), grammar, dictionary };
  }
}
