import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { loadSecrets } from '../../src/config/secrets.ts';
import { goTo, inPage, openBrowser, openConsole, untilInPage } from '../support/browser.ts';
import { readingEvents } from '../support/event-reader.ts';
import { idleShare } from '../support/idle-share.ts';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';
import { median } from './compare/statistics.ts';
import { type Frames, framesOf, type Noted, noteFrames, shortfalls } from './frames.ts';

const calls = 100;
/** A second. */
const rate = 25;
/** Milliseconds that calls are held, at most. */
const longest = 3_600_000;
/** Milliseconds that a page is looked at for one figure. */
const length = 10_000;

/** All the time something happens on each call, and is told. */
const busy = [
  { type: 'answer' },
  { id: 'again', type: 'beep' },
  { type: 'sleep', option: { duration: 1_000 } },
  { type: 'goto', option: { target_id: 'again' } },
];

/** As in the test of how soon it is open: many of them lead to the same ones. */
const long = Array.from({ length: 300 }, (_, index) => ({
  id: `a${index}`,
  type: 'talk',
  option: { text: `This is ${index}.` },
  ...(index % 7 === 0 && { on_error_id: 'a299' }),
  ...(index % 11 === 10 && { next_id: `a${index - 10}` }),
}));

/** What is looked at beside the calls, and has nothing to do. */
const empty = 'empty page';

/** The node that is dragged. */
const node = '.react-flow__node[aria-label^="talk a1."]';

/** How a row of the table is called, and what is looked at for it. */
type Rows = Readonly<Record<string, () => Promise<Frames>>>;

interface ConsoleBench {
  readonly rounds: number;
  /** Whether it fails where pages are clearly not smooth. */
  readonly isCheck: boolean;
}

/** How smoothly the console goes in a real Chromium beside 100 calls on a real Asterisk, against an empty page of the same browser. */
export async function benchConsole({ rounds, isCheck }: ConsoleBench): Promise<void> {
  const idle = await idleShare();
  await using system = await System.start({ isWatched: false });
  await using stack = new AsyncDisposableStack();
  const browser = stack.adopt(await openBrowser(), (opened) => opened.close());
  const { page } = await openConsole(browser, system);
  const pages = await pagesOf(system, page);
  const alone = toldOf(await looksAt({ 'empty page, no call': () => emptyPage(page) }, rounds));
  using _ = await callsHeld(system);
  const told = await toldASecond(system);
  const looks = await looksAt({ [empty]: () => emptyPage(page), ...pages }, rounds);
  const beside = toldOf(looks);
  console.log(
    `console: beside ${calls} calls that tell ${told.toFixed(0)} events a second; idle before: ${Math.round(idle * 100)} %\n`,
  );
  console.log(tableOf(new Map([...alone, ...beside])));
  if (isCheck) check(looks);
}

function check(looks: Looks): void {
  const { [empty]: nothing, ...pages } = Object.fromEntries(mediansOf(looks));
  const found = nothing ? shortfalls(new Map(Object.entries(pages)), nothing) : ['there is no empty page'];
  for (const line of found) console.log(line);
  console.log(`the pages are ${found.length === 0 ? '' : 'not '}as smooth as they are to be`);
  if (found.length > 0) process.exitCode = 1;
}

/** What this browser can do on this machine at this minute, with nothing to do. */
async function emptyPage(page: Page): Promise<Frames> {
  await page.goto('about:blank');
  return framesOf(await noteFrames(page, length));
}

async function pagesOf({ api, daemon }: System, page: Page): Promise<Rows> {
  const { body: flow } = await api.post<{ id: string }>('/v1.0/flows', { name: 'long', actions: long });
  const open = async (place: string, isOpen: string): Promise<void> => {
    await page.goto(daemon.url);
    await page.waitForSelector('main h1');
    await goTo(page, place);
    await untilInPage(page, isOpen);
    await pause(1_000); // what opening leads to is over
  };
  return {
    'live page': async () => {
      await open('/', `document.querySelectorAll('[data-call]').length === ${calls}`);
      return framesOf(await noteFrames(page, length));
    },
    'editor, one of 300 dragged': async () => {
      await open(`/flows/${flow.id}`, `document.querySelector('${node}') !== null`);
      return framesOf(await dragging(page));
    },
  };
}

/** What was seen of each part in each round. */
type Looks = ReadonlyMap<string, readonly Frames[]>;

/** The parts take turns. */
async function looksAt(rows: Rows, rounds: number): Promise<Looks> {
  const seen = new Map<string, Frames[]>();
  for (let round = 0; round < rounds; round++)
    for (const [name, look] of Object.entries(rows))
      seen.set(name, [...(seen.get(name) ?? []), await look()]);
  return seen;
}

/** By the median of all rounds: what one minute of the machine has spoilt is not judged. */
function mediansOf(looks: Looks): ReadonlyMap<string, Frames> {
  return combined(looks, median);
}

/** Of frames the median of all rounds is told, of gaps and tasks the longest. */
function toldOf(looks: Looks): ReadonlyMap<string, Frames> {
  return combined(looks, (all) => Math.max(...all));
}

function combined(looks: Looks, worst: (all: readonly number[]) => number): ReadonlyMap<string, Frames> {
  return new Map(
    [...looks].map(([name, all]) => [
      name,
      {
        rate: median(all.map(({ rate }) => rate)),
        redrawn: median(all.map(({ redrawn }) => redrawn)),
        longestGap: worst(all.map(({ longestGap }) => longestGap)),
        longestTask: worst(all.map(({ longestTask }) => longestTask)),
      },
    ]),
  );
}

/** Drags a node in circles by the mouse while the page is looked at. */
async function dragging(page: Page): Promise<Noted> {
  const place = (): Promise<{ x: number; y: number }> =>
    inPage(page, `(({ x, y }) => ({ x, y }))(document.querySelector('${node}').getBoundingClientRect())`);
  const { x, y } = await place();
  const from = { x: x + 30, y: y + 12 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  let isOver = false;
  const noting = noteFrames(page, length).finally(() => {
    isOver = true;
  });
  for (let step = 1; !isOver; step++) {
    const angle = step / 20;
    await page.mouse.move(from.x + 120 * Math.sin(angle), from.y + 120 * (1 - Math.cos(angle)));
    await pause(8); // as often as a mouse tells where it is
  }
  await page.mouse.move(from.x + 50, from.y + 50);
  await page.mouse.up();
  const noted = await noting;
  const now = await place();
  if (Math.hypot(now.x - x, now.y - y) < 20) throw new Error('the node was not dragged');
  return noted;
}

/** Calls of which each goes on and on, until this is disposed of. */
async function callsHeld(system: System): Promise<Disposable> {
  await system.flowOn('busy', busy);
  const over = new AbortController();
  const run = sipp('call-and-hangup', {
    ...{ remote: `127.0.0.1:${system.asterisk.sipPort}`, number: 'busy' },
    ...{ calls, rate, limit: calls, holdFor: longest, timeout: longest },
    signal: over.signal,
  });
  run.catch((error: unknown) => {
    if (!over.signal.aborted) console.error(error);
  });
  await pause((calls / rate) * 1_000 + 1_500);
  return { [Symbol.dispose]: () => over.abort() };
}

/** How many events of the daemon a reader is told in a second. */
async function toldASecond({ daemon, asterisk }: System): Promise<number> {
  const authorization = `Bearer ${loadSecrets(asterisk.dataDir).api_token}`;
  await using reader = await readingEvents(`${daemon.url}/v1.0/events/stream`, { authorization });
  const before = reader.told().length;
  await pause(5_000);
  return (reader.told().length - before) / 5;
}

function tableOf(rows: ReadonlyMap<string, Frames>): string {
  const [most = Number.NaN] = [...rows.values()].map(({ rate }) => rate);
  const lines = [...rows].map(([name, { rate, redrawn, longestGap, longestTask }]) => {
    const task = longestTask === 0 ? 'under 50' : longestTask.toFixed(0);
    const ratio = (rate / most).toFixed(2);
    return `| ${name} | ${rate.toFixed(1)} (${ratio}x) | ${redrawn.toFixed(1)} | ${longestGap.toFixed(0)} | ${task} |`;
  });
  return [
    '| console | frames/s | of these new | longest without one, ms | longest task, ms |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
