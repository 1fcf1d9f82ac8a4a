import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { barriers, goTo, inPage, press, untilInPage } from '../support/browser.ts';
import { sees, withConsole } from '../support/console.ts';
import type { System } from '../support/system.ts';

let system: System;
let page: Page;
withConsole({}, (opened) => ({ system, page } = opened));

test('the code is gone from the address, and the link lets in nobody else', async () => {
  expect(new URL(page.url()).hash).toBe('#/');
  expect(await inPage(page, 'document.cookie')).toBe('');
});

test('a call is seen with what it does, held and hung up', async () => {
  await system.flowOn('701', [
    { type: 'answer' },
    { id: 'wait', type: 'sleep', option: { duration: 60_000 } },
  ]);
  await goTo(page, '/');
  await sees(page, '0 calls now');
  const phone = await system.caller();
  const call = await phone.call('701');
  await call.answered;
  await sees(page, 'progressing');
  await sees(page, 'Sleep');
  expect(await barriers(page)).toEqual([]);

  await press(page, 'Hold');
  await sees(page, 'held');
  await press(page, 'Unhold');
  await press(page, 'Hang up');
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  await sees(page, '0 calls now');
});

test('every page is there for everybody, at every width, light and dark', async () => {
  const pages = await inPage<string[]>(
    page,
    "[...document.querySelectorAll('nav a')].map(({ hash }) => hash.slice(1))",
  );
  expect(pages.length).toBeGreaterThan(15);
  const found: string[] = [];
  for (const [index, place] of pages.entries()) {
    const width = [1440, 1024, 390][index % 3] ?? 1440;
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: index % 2 === 0 ? 'dark' : 'light' },
    ]);
    await goTo(page, place);
    await untilInPage(page, "!document.querySelector('main [aria-busy=true]')");
    if (await inPage(page, 'document.documentElement.scrollWidth > innerWidth'))
      found.push(`${place} is wider than ${width}`);
    // Most are lists, and one like the other.
    if (index % 4 === 0) found.push(...(await barriers(page)).map((barrier) => `${place}: ${barrier}`));
  }
  await page.setViewport({ width: 1440, height: 900 });
  expect(found).toEqual([]);
});

test('a number is made, found and deleted in its page, and a mistake is named where it was made', async () => {
  await goTo(page, '/numbers/new');
  await page.locator('main form input').fill('no number!');
  await press(page, 'Create');
  await page.waitForSelector('.wrong[role=alert]');
  await page.locator('main form input').fill('7702');
  await press(page, 'Create');
  await untilInPage(page, "document.querySelector('h1')?.textContent === '7702'");

  await goTo(page, '/numbers');
  await page.locator('input[type=search]').fill('7702');
  await page.locator('main tbody a ::-p-text(7702)').click();
  await untilInPage(page, "document.querySelector('h1')?.textContent === '7702'");
  await press(page, 'Delete');
  await page.locator('dialog button.danger').click();
  await untilInPage(page, "location.hash === '#/numbers'");
  const { body } = await system.api.get<{ result: readonly unknown[] }>('/v1.0/numbers?number=7702');
  expect(body.result).toEqual([]);
});

test('who signs out is out, and shown how to come in again', async () => {
  await press(page, 'Sign out');
  await sees(page, 'npx ariflow console');
  expect(await inPage(page, "fetch('/v1.0/flows').then(({ status }) => status)")).toBe(401);
});
