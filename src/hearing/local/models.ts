import { localFile } from '../../core/local-tool.ts';
import { inRoom, widened } from './wide-band.ts';

/** How a kind of speech is understood. */
export interface Model {
  /** The folder of how its sounds sound. */
  readonly acoustic: string;
  /** The file of how its words are made of them. */
  readonly dictionary: string;
  /** Samples a second that it takes. */
  readonly rate: number;
  /** Makes of an utterance over the telephone what it takes: 16-bit samples. */
  readonly convert: (samples: Int16Array) => Uint8Array;
}

/** English digits, of a corpus of people who say them (TIDIGITS): takes the telephone's audio as it is. */
export function digitsModel(): Model {
  const folder = localFile('usr/share/pocketsphinx/test/data/tidigits');
  return {
    acoustic: `${folder}/hmm`,
    dictionary: `${folder}/lm/tidigits.dic`,
    rate: 8_000,
    convert: bytesOf,
  };
}

/** English as it is spoken in the United States. */
export function phrasesModel(): Model {
  const folder = localFile('usr/share/pocketsphinx/model/en-us');
  return {
    acoustic: `${folder}/en-us`,
    dictionary: `${folder}/cmudict-en-us.dict`,
    rate: 16_000,
    convert: (samples) => bytesOf(inRoom(widened(samples))),
  };
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
