import type { Page } from 'puppeteer-core';
import { barriers, inPage } from './browser.ts';
import { isSoak } from './scale.ts';

const widths = [1440, 1024, 390];
const themes = ['light', 'dark'];

/**
 * What is wrong with how a page is seen: where it is wider than the window, of three widths, and what keeps people from using it,
 * at one of them, in light or dark. Turns go through these: of two that follow each other a page and its details have one theme, the
 * next ones the other; a soak has both.
 */
export async function flawsOf(page: Page, name: string, turn: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const width of widths) {
    await page.setViewport({ width, height: 900 });
    const over = await inPage<number>(page, 'document.documentElement.scrollWidth - innerWidth');
    if (over > 0) found.push(`${name} is ${over} wider than ${width}`);
  }
  await page.setViewport({ width: widths[turn % 3] ?? 1440, height: 900 });
  for (const value of isSoak ? themes : [themes[Math.floor(turn / 2) % 2] ?? 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    found.push(...(await barriers(page)).map((barrier) => `${name}, ${value}: ${barrier}`));
  }
  await page.setViewport({ width: 1440, height: 900 });
  return found;
}
