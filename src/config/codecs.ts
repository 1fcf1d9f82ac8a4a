/** Those that `asterisk-config/` can translate: prompts are spoken, calls mixed and recorded in them. */
const translated = [
  'ulaw', 'alaw', 'g722', 'opus', 'gsm',
  'slin', 'slin12', 'slin16', 'slin24', 'slin32', 'slin44', 'slin48', 'slin96', 'slin192',
]; // biome-ignore format: a list of names

/** Those that Asterisk knows besides, and can only pass on from one phone to another. */
const passedOn = [
  'adpcm', 'amr', 'amrwb', 'codec2', 'g719', 'g723', 'g726', 'g726aal2', 'g729', 'ilbc', 'lpc10',
  'silk8', 'silk12', 'silk16', 'silk24', 'siren7', 'siren14', 'speex', 'speex16', 'speex32',
  'h261', 'h263', 'h263p', 'h264', 'h265', 'mpeg4', 'vp8', 'vp9', 'red', 't140',
]; // biome-ignore format: a list of names

/** Nobody hears a prompt in one of these. */
export function isPassedOnOnly(codec: string): boolean {
  return passedOn.includes(codec);
}

export function isCodec(name: string): boolean {
  return translated.includes(name) || passedOn.includes(name);
}

/** What to choose from. */
export const usualCodecs = translated.slice(0, 5);
