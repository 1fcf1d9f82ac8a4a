import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { inPage, openBrowser, openConsole, seen } from './browser.ts';
import { System } from './system.ts';
import { eventually } from './until.ts';

/** A daemon whose console is open in a browser. */
export interface OpenedConsole {
  readonly system: System;
  readonly browser: Browser;
  readonly page: Page;
}

interface ConsoleOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Complaints of Asterisk that are meant. */
  readonly expected?: readonly RegExp[];
}

/** The console for all tests of a file, told when it is open: after each of them the browser has complained of nothing, and no call is left. */
export function withConsole(
  { env = {}, expected = [] }: ConsoleOptions,
  opened: (console: OpenedConsole) => void,
): void {
  let system: System;
  let browser: Browser | undefined;
  let complaints: readonly string[] = [];
  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start({ env }), openBrowser()]);
    const { page, ...of } = await openConsole(browser, system);
    complaints = of.complaints;
    opened({ system, browser, page });
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await system.quiet(expected);
  });
  afterAll(async () => {
    await browser?.close();
    await system[Symbol.asyncDispose]();
  });
}

/** Waits until a text is seen in the page. */
export function sees(page: Page, text: string): Promise<boolean> {
  return eventually(async () => (await seen(page)).includes(text), { what: `to see ${text}` });
}

/** The lanes of a call's time axis, from above. */
export function lanesOf(page: Page): Promise<readonly string[]> {
  return inPage(
    page,
    "[...document.querySelectorAll('.lane > span')].map(({ textContent }) => textContent).filter(Boolean)",
  );
}

/** Chooses what is on a lane of a call's time axis, the first that is called so; answers what is told of it. */
export async function chosen(page: Page, lane: string, title = ''): Promise<string> {
  await inPage(
    page,
    `[...document.querySelectorAll('.lane')].find((each) => each.firstChild.textContent === '${lane}')
      .querySelectorAll('button').values().find((each) => each.title.startsWith('${title}')).click()`,
  );
  return inPage(page, "document.querySelector('.card [role=status]').innerText");
}
