import * as z from 'zod';
import { messageOf, whyNotFetched } from '../core/errors.ts';
import { type Finding, good, problem, warning } from './finding.ts';
import { versionFinding } from './known-versions.ts';
import { moduleFindings } from './modules.ts';

export interface WhereAriIs {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const info = z.object({ system: z.object({ version: z.string() }) });
const modules = z.array(z.object({ name: z.string(), status: z.string() }));

const patience = 5_000;
/** What a clock may be off by, in seconds, before the two logs are hard to read side by side. */
const mostAway = 5;

/** Which Asterisk there is, what it has loaded, and whether it has the same time. */
export async function asteriskFindings(
  ari: WhereAriIs,
  codecs: readonly string[],
): Promise<readonly Finding[]> {
  try {
    const said = await ask(ari, 'asterisk/info');
    const loaded = modules.parse((await ask(ari, 'asterisk/modules')).body);
    const running = loaded
      .filter(({ status }) => status === 'Running')
      .map(({ name }) => name.replace(/\.so$/, ''));
    return [
      versionFinding(info.parse(said.body).system.version),
      ...moduleFindings(new Set(running), codecs),
      clockFinding(said.date, said.asked),
    ];
  } catch (error) {
    return [problem('Asterisk', `${ari.url}: ${messageOf(error)}`)];
  }
}

async function ask({ url, user, password }: WhereAriIs, path: string) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const asked = Date.now();
  const signal = AbortSignal.timeout(patience);
  const response = await fetch(`${url}/${path}`, { headers: { authorization }, signal }).catch(
    (cause: unknown) => {
      throw new Error(`is not reached (${whyNotFetched(cause)})`, { cause });
    },
  );
  if (response.status === 401)
    throw new Error('refuses our password (ARIFLOW_ARI_USER, ARIFLOW_ARI_PASSWORD)');
  if (!response.ok) throw new Error(`answers ${response.status} to GET ${path}`);
  return { body: await response.json(), date: response.headers.get('date'), asked };
}

function clockFinding(date: string | null, asked: number): Finding {
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there)) return warning('clock', 'Asterisk does not say what time it has');
  const away = Math.abs(there - asked) / 1_000;
  if (away <= mostAway) return good('clock', 'the same here and at Asterisk');
  return warning('clock', `${Math.round(away)} s between here and Asterisk: have both ask a time server`);
}
