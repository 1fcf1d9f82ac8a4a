/** What is asked of a daemon: where, and with what. */
interface Asked {
  readonly url: string;
  readonly token: string;
}

/** One answer, as it is kept: `GET` where, the status, and the body as it came. */
export interface Answer {
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

/** By list, what else there is of each of its records. */
const lists: Readonly<Record<string, readonly string[]>> = {
  flows: [''],
  numbers: [''],
  calls: [''],
  activeflows: ['', '/variables'],
  webhooks: ['', '/deliveries?page_size=100'],
  tokens: [''],
  recordings: [''],
  recordingfiles: [],
  agents: [''],
  conferences: ['', '/participants'],
  conferencecalls: [''],
  confbridges: ['', '/participants'],
  queues: [''],
  queuecalls: [''],
};

interface Row {
  readonly id: string;
  readonly tm_create: string;
}

/** Every list, and everything of each record in it that was made before a time. */
export async function everyAnswer(asked: Asked, before: string): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const [list, parts] of Object.entries(lists)) {
    const all = await ask(asked, `/v1.0/${list}?page_size=100`);
    answers.push(all);
    const { result } = JSON.parse(all.body) as { result: readonly Row[] };
    const old = result.filter(({ tm_create }) => tm_create <= before);
    for (const { id } of old)
      for (const part of parts) answers.push(await ask(asked, `/v1.0/${list}/${id}${part}`));
  }
  const codes = answers.flatMap(({ body }) => body.match(/\/s\/[A-Za-z0-9]{8}\b/g) ?? []);
  for (const code of new Set(codes)) answers.push(await ask(asked, code));
  return answers;
}

/** What a redirection says is where it leads. */
export async function ask({ url, token }: Asked, path: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}${path}`, { headers, redirect: 'manual' });
  const text = await response.text();
  return { path, status: response.status, body: response.headers.get('location') ?? text };
}

export function written(answers: readonly Answer[]): string {
  return answers.map(({ path, status, body }) => `${path} ${status} ${body}\n`).join('');
}

export function read(text: string): readonly Answer[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [path = '', status = '', ...body] = line.split(' ');
      return { path, status: Number(status), body: body.join(' ') };
    });
}
