import { neverTime, zeroId } from '../../../src/core/clock.ts';

/** What is another text each time, by the name it goes by. The first group is what is replaced, the rest stays. */
const changing: readonly (readonly [RegExp, string])[] = [
  [/\barf_[0-9a-f]{12}_[\w-]+/g, '<token>'],
  [/\barf_[0-9a-f]{12}\b/g, '<prefix of a token>'],
  [/\bwhsec_[\w+/]{32}/g, '<secret>'],
  [/(?<=\/s\/)[A-Za-z0-9]{8}\b/g, '<code>'],
  [/(?<=[?&]expires=)\d+/g, '<expiry>'],
  [/(?<=[?&]signature=)[\w-]+/g, '<signature>'],
  [/(?<=response_duration":")[\d.]+/g, '<seconds>'],
  [/(?<="next_page_token":"|[?&]page_token=)[^"&\s]+/g, '<page>'],
];

const times = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}/g;
const ids = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\bmsg_[0-9a-f]{32}\b/g;

/** Writes what is another text in every run (ids, times, ports, secrets) as words: the same id is the same word throughout. */
export class WireWords {
  readonly #places: ReadonlyMap<string, string>;
  readonly #ids = new Map<string, string>();

  /** @param places texts such as `127.0.0.1:4711`, and what stands for them */
  constructor(places: ReadonlyMap<string, string>) {
    this.#places = places;
  }

  /** @param vague names of numbers that are measured */
  of(text: string, vague: readonly string[] = []): string {
    let words = text;
    for (const [place, word] of this.#places) words = words.replaceAll(place, word);
    for (const [pattern, word] of changing) words = words.replaceAll(pattern, word);
    for (const name of vague) {
      const measured = name === 'start' ? '\\d+' : '[1-9]\\d*'; // who speaks at once begins at 0; what has not begun has lasted 0
      words = words.replaceAll(new RegExp(`"${name}":${measured}`, 'g'), `"${name}":"<number>"`);
    }
    return words
      .replaceAll(times, (time) => (time === neverTime ? time : '<time>'))
      .replaceAll(ids, (id) => (id === zeroId ? id : this.#idOf(id)));
  }

  #idOf(id: string): string {
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    const word = `<id ${this.#ids.size + 1}>`;
    this.#ids.set(id, word);
    return word;
  }
}
