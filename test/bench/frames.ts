import type { Page } from 'puppeteer-core';
import { inPage } from '../support/browser.ts';

/** What a page has noted while it was looked at; times in milliseconds. */
export interface Noted {
  /** When each frame began. */
  readonly frames: readonly number[];
  /** In how many of them something of the page was another than in the one before. */
  readonly redrawn: number;
  /** How long each task took; the browser tells of those above 50. */
  readonly tasks: readonly number[];
}

export interface Frames {
  /** A second. */
  readonly rate: number;
  /** How many of them showed something new, a second. */
  readonly redrawn: number;
  /** Milliseconds: between two frames, and of a task; 0 where none took above 50. */
  readonly longestGap: number;
  readonly longestTask: number;
}

/** What is wanted of a page, and how far it may miss that: one minute of a machine is not the next. */
const wanted = { rate: 50, task: 100 };
const leeway = 1.2;

/**
 * In what pages are clearly not smooth, each as a line; nothing where they are. A browser that shows an empty page no better is not ours to
 * judge by: of less than 50 frames a second there the pages are to have as many.
 */
export function shortfalls(pages: ReadonlyMap<string, Frames>, empty: Frames): readonly string[] {
  const least = Math.min(wanted.rate, empty.rate) / leeway;
  const most = Math.max(wanted.task, empty.longestTask) * leeway;
  return [...pages].flatMap(([name, { rate, longestTask }]) => [
    ...(rate >= least ? [] : [`${name}: ${rate.toFixed(1)} frames a second, at least ${least.toFixed(1)}`]),
    ...(longestTask <= most
      ? []
      : [`${name}: a task of ${longestTask.toFixed(0)} ms, at most ${most.toFixed(0)}`]),
  ]);
}

/** Looks at a page for so many milliseconds. */
export function noteFrames(page: Page, length: number): Promise<Noted> {
  return inPage<Noted>(
    page,
    `new Promise((done) => {
      const noted = { frames: [], redrawn: 0, tasks: [] };
      const note = (entries) => noted.tasks.push(...entries.map(({ duration }) => duration));
      const tasks = new PerformanceObserver((list) => note(list.getEntries()));
      tasks.observe({ type: 'longtask' });
      let isChanged = false;
      const changes = new MutationObserver(() => { isChanged = true; });
      changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      const finish = () => {
        note(tasks.takeRecords());
        tasks.disconnect();
        changes.disconnect();
        done(noted);
      };
      const next = (time) => {
        noted.frames.push(time);
        if (isChanged) noted.redrawn += 1;
        isChanged = false;
        if (time - noted.frames[0] < ${length}) requestAnimationFrame(next);
        else setTimeout(finish, 100); // a task is told of when it is over
      };
      requestAnimationFrame(next);
    })`,
  );
}

/** NaN where there were no two frames. */
export function framesOf({ frames, redrawn, tasks }: Noted): Frames {
  const gaps = frames.slice(1).map((time, at) => time - (frames[at] ?? time));
  const seconds = gaps.reduce((sum, gap) => sum + gap, 0) / 1_000;
  return {
    rate: gaps.length / seconds,
    redrawn: redrawn / seconds,
    longestGap: gaps.length === 0 ? Number.NaN : Math.max(...gaps),
    longestTask: Math.max(0, ...tasks),
  };
}
