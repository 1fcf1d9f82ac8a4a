/** A sound that somebody has uploaded, in the order of the wire. */
export interface SoundRecord {
  readonly id: string;
  readonly customer_id: string;
  /** What `sound:` calls it by; several have the same one, each in another language. */
  readonly name: string;
  readonly detail: string;
  /** BCP 47; empty: of none. */
  readonly language: string;
  /** Milliseconds. */
  readonly duration: number;
  /** Bytes, as it is kept. */
  readonly size: number;
  /** Of what was uploaded, in hexadecimal digits. */
  readonly sha256: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** Under which its audio is kept: another one with each replacement. */
  readonly audio_id: string;
}

/**
 * The sound of a name that is in this language; else in its own without a region, in another region's, in none, and in any: better
 * a greeting that few understand than none.
 */
export function inLanguage<S extends Pick<SoundRecord, 'language'>>(
  sounds: readonly S[],
  language: string,
): S | undefined {
  const wanted = language.toLowerCase();
  const [spoken] = wanted.split('-');
  const first = (fits: (own: string) => boolean): S | undefined =>
    sounds.find((sound) => fits(sound.language.toLowerCase()));
  return (
    first((own) => own === wanted) ??
    first((own) => own === spoken) ??
    first((own) => own.split('-')[0] === spoken) ??
    first((own) => own === '') ??
    sounds[0]
  );
}
