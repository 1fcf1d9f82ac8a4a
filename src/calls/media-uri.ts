const sound = 'sound:';

/** Names become part of file names in Asterisk. */
const ofAsterisk = /^(sound|recording):[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;

/** The name by which users call a sound; nothing where this is none. */
export function soundNameIn(media: string): string | undefined {
  return ofAsterisk.test(media) && media.startsWith(sound) ? media.slice(sound.length) : undefined;
}

/** What is fetched before it can be played. */
export function isUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'http:' || protocol === 'https:';
}

/** How a failure names what could not be played: a sound or recording by its name, anything else not at all. */
export function shownMedia(media: string): string {
  return ofAsterisk.test(media) ? media : 'it';
}

/** Whether this may be played at all: a URL, or a sound or recording of Asterisk's. */
export function isMedia(text: string): boolean {
  return (text.length <= 255 && ofAsterisk.test(text)) || isUrl(text);
}
