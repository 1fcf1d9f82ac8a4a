import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { packageRoot } from '../../src/core/package-files.ts';
import type { System } from './system.ts';

const root = process.env.ARIFLOW_CHROMIUM_ROOT ?? join(packageRoot, '.cache/chromium');

/** What comes in is sound of the machine's own: media that stays on the loopback. */
const flags = [
  '--no-sandbox',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];

/** A microphone that beeps. */
const microphone = '--use-fake-device-for-media-stream';

export interface BrowserOptions {
  /** true unless given; the machine itself has none. */
  readonly hasMicrophone?: boolean;
  /** Whether pages may have it that ask for it; true. */
  readonly isAllowed?: boolean;
  /** A name that leads to this machine, of which the browser does not know that it does. */
  readonly name?: string;
}

/** A real Chromium, fetched the first time. */
export async function openBrowser({
  hasMicrophone = true,
  isAllowed = true,
  name,
}: BrowserOptions = {}): Promise<Browser> {
  await promisify(execFile)(join(packageRoot, 'docker/chromium-local.sh'), [], {
    env: { ...process.env, ARIFLOW_CHROMIUM_ROOT: root },
    timeout: 280_000,
  });
  const args = [
    ...flags,
    isAllowed ? '--use-fake-ui-for-media-stream' : '--deny-permission-prompts',
    ...(hasMicrophone ? [microphone] : []),
    ...(name === undefined ? [] : [`--host-resolver-rules=MAP ${name} 127.0.0.1`]),
  ];
  return launch({ executablePath: join(root, 'chromium'), headless: true, args });
}

export interface ConsolePage {
  readonly page: Page;
  /** What the browser has complained of: errors of scripts, what the policy of the page did not let in. */
  readonly complaints: readonly string[];
}

export interface ConsoleOptions {
  /** Where the browser finds the daemon; where it listens unless given. */
  readonly url?: string;
}

/** The console, entered by a link of its own. */
export async function openConsole(
  browser: Browser,
  { api, daemon }: System,
  { url = daemon.url }: ConsoleOptions = {},
): Promise<ConsolePage> {
  const { body } = await api.post<{ url: string }>('/v1.0/sessions/codes', {});
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    // A refusal of the daemon's is an answer like others, though the browser says so too.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (!isAnswer && /^(error|warn)/.test(message.type())) complaints.push(message.text());
  });
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(`${url}/${new URL(body.url).hash}`);
  await page.waitForSelector('main h1');
  return { page, complaints };
}

/** The value of an expression in the page: types of browsers are none of ours here. */
export async function inPage<T>(page: Page, expression: string): Promise<T> {
  return (await page.evaluate(expression)) as T;
}

/** Waits until an expression in the page is true. */
export async function untilInPage(page: Page, expression: string): Promise<void> {
  await page.waitForFunction(expression);
}

/** Goes to a page of the console. */
export async function goTo(page: Page, place: string): Promise<void> {
  await inPage(page, `location.hash = ${JSON.stringify(place)}`);
  await untilInPage(page, `location.hash === ${JSON.stringify(`#${place}`)}`);
  await page.waitForSelector('main :is(h1, .react-flow)');
}

/** Presses what is called so. */
export async function press(page: Page, name: string, role = 'button'): Promise<void> {
  await page.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();
}

/** The text of the page, as it is seen. */
export function seen(page: Page): Promise<string> {
  return inPage(page, 'document.body.innerText');
}

/** What keeps people from using the page, where it is serious. */
export async function barriers(page: Page): Promise<readonly string[]> {
  if (await inPage(page, 'typeof axe === "undefined"')) await page.evaluate(axe.source);
  // What it loads beforehand it puts into styles of its own, which the policy of the page does not let in.
  const found = await inPage<AxeResults>(page, 'axe.run(document, { preload: false })');
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ target }) => target.join(' '))
          .slice(0, 3)
          .join(', ')}`,
    );
}
