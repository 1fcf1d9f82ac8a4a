import type { AriEvent, ChannelDtmfReceived } from '../ari/events.gen.ts';

/** What may be going on inside Asterisk, as far as the readings so far allow it. */
interface Course {
  /** Whether the last digit is held back: its second reading comes next, before anything else. */
  readonly isHeld: boolean;
  /** Milliseconds of Asterisk's clock before which it holds every further digit back. */
  readonly until: number;
  /** Whether a key was pressed that has not been told as news. */
  readonly isOwed: boolean;
}

interface Reading {
  readonly at: number;
  readonly duration: number;
  /** Whether it might be the second of the digit before. */
  readonly isSame: boolean;
  readonly isPlaying: boolean;
}

/** The least time that Asterisk leaves between two digits (`AST_MIN_DTMF_GAP`). */
const gap = 45;

const idle: Course = { isHeld: false, until: Number.NEGATIVE_INFINITY, isOwed: false };

/**
 * Asterisk tells a digit whenever it reads the end of it, and one that follows another closely it reads twice: it is held back until
 * the one before has been over for 45 ms. That one may be over later than it was told, too: where its beginning fell into
 * such a gap, Asterisk plays it out at full length. While a digit is held back nothing else is read, so its second
 * reading is always the next one, with the same duration; whether it was held back is told nowhere. So all courses are followed
 * that the times of the readings allow, and a reading counts as a key unless every course can do without: a key that
 * is pressed twice is never lost, and a digit is doubled only where the times leave it open.
 */
export class DigitReadings {
  #courses: readonly Course[] = [idle];
  #last = '';
  #playing: string | undefined;

  /** Whether a key was pressed; true of events about anything else. */
  isNews(event: AriEvent): boolean {
    if (event.type === 'ChannelDtmfReceived') return this.#isPressed(event);
    if (event.type === 'PlaybackStarted') this.#playing = event.playback.id;
    else if (event.type === 'PlaybackFinished' && event.playback.id === this.#playing)
      this.#playing = undefined;
    return true;
  }

  #isPressed({ digit, duration_ms: duration, timestamp }: ChannelDtmfReceived): boolean {
    const key = `${digit} ${duration}`;
    const isSame = key === this.#last;
    this.#last = key;
    const isPlaying = this.#playing !== undefined;
    const reading = { at: Date.parse(timestamp), duration, isSame, isPlaying };
    const followed = this.#courses.flatMap((course) => next(course, reading));
    // None is left where Asterisk does otherwise than it is known to.
    const courses = followed.length > 0 ? followed : next(idle, reading);
    const isNews =
      courses.some(({ isOwed, isHeld }) => isOwed && !isHeld) || courses.every(({ isOwed }) => isOwed);
    this.#courses = merged(isNews ? courses.map((course) => ({ ...course, isOwed: false })) : courses);
    return isNews;
  }
}

/** How a course goes on with one more reading. */
function next({ isHeld, until, isOwed }: Course, { at, duration, isSame, isPlaying }: Reading): Course[] {
  // Read again, a digit is played out; not so during a playback.
  if (isHeld) return isSame ? [{ isHeld: false, until: at + gap + (isPlaying ? 0 : duration), isOwed }] : [];
  const held = { isHeld: true, until, isOwed: true };
  // During a playback Asterisk leaves no gaps.
  if (at < until && !isPlaying) return [held];
  return [held, { isHeld: false, until: at + gap, isOwed: true }];
}

/** One course of each kind, with the least that is known. */
function merged(courses: readonly Course[]): Course[] {
  const kinds = new Map<string, Course>();
  for (const course of courses) {
    const kind = `${course.isHeld} ${course.isOwed}`;
    const until = Math.min(course.until, kinds.get(kind)?.until ?? course.until);
    kinds.set(kind, { ...course, until });
  }
  return [...kinds.values()];
}
