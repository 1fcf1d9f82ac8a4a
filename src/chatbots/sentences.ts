/** What ends a sentence, with the quotes and brackets behind it, and the blank that shows that it is over; CJK has none. */
const end = /(?:[.!?…]+["'”’»)\]]*(?=\s))|(?:[。！？]+[」』”]*)|\n+/gu;

/** A point behind these ends no sentence. */
const shortened = /(?:^|[\s(])(?:\p{Lu}|\p{Ll}\.\p{Ll}|Mr|Mrs|Ms|Dr|Prof|St|Mt|vs|etc|approx|\d{1,3})\.$/u;

/** A sentence that is longer is cut where a speaker would breathe: nobody waits for the end of it in silence. */
const longest = 280;

/** Cuts what comes in pieces into what can be spoken at one go, as soon as that is whole. */
export class Sentences {
  #rest = '';

  /** Takes the next piece; answers what is whole by now. */
  push(piece: string): readonly string[] {
    this.#rest += piece;
    const whole: string[] = [];
    for (let cut = this.#cut(); cut > 0; cut = this.#cut()) {
      whole.push(this.#rest.slice(0, cut).trim());
      this.#rest = this.#rest.slice(cut);
    }
    return whole.filter(isSpeakable);
  }

  /** Nothing comes any more: what is left. */
  end(): readonly string[] {
    const last = this.#rest.trim();
    this.#rest = '';
    return isSpeakable(last) ? [last] : [];
  }

  /** Where the first sentence ends; 0: not yet. */
  #cut(): number {
    for (const { index, 0: mark } of this.#rest.matchAll(end)) {
      const cut = index + mark.length;
      if (cut <= longest && !shortened.test(this.#rest.slice(0, cut))) return cut;
    }
    return this.#rest.length > longest ? breathIn(this.#rest.slice(0, longest)) : 0;
  }
}

/** Behind the last comma, else between two words, else anywhere. */
function breathIn(text: string): number {
  const comma = Math.max(...[',', ';', ':', '、', '，'].map((mark) => text.lastIndexOf(mark))) + 1;
  if (comma > longest / 3) return comma;
  const blank = text.lastIndexOf(' ');
  return blank > 0 ? blank : text.length;
}

function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
