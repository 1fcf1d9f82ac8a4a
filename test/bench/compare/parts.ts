import type { TestAsterisk } from '../../support/asterisk.ts';
import { startEarlier, startOurs } from './daemons.ts';
import { apps } from './dialplan.ts';
import type { Part, PartName, PartsOptions } from './part.ts';
import { startProgram } from './program.ts';

/** What one daemon is. */
const ours: readonly PartName[] = ['daemon', 'daemon-webhook', 'daemon-viewer', 'daemon-viewers'];

export interface Parts extends AsyncDisposable {
  readonly all: readonly Part[];
  /** All, in each round beginning with another one. */
  readonly inTurn: (round: number) => readonly Part[];
}

/** Starts those that are asked for; all of them live side by side, and those whose turn it is not do nothing. */
export async function startParts(asterisk: TestAsterisk, options: PartsOptions): Promise<Parts> {
  await using stack = new AsyncDisposableStack();
  const all: Part[] = [];
  const { names } = options;
  if (names.includes('dialplan')) all.push({ name: 'dialplan', numberOf: (flow) => `dialplan.${flow}` });
  if (names.includes('bare')) all.push(await startClient('bare', asterisk, options, stack));
  if (names.includes('bare-webhook')) {
    const receiver = stack.use(await startProgram('receiver', {}));
    all.push(
      await startClient('bare-webhook', asterisk, options, stack, `http://127.0.0.1:${receiver.said}/`),
    );
  }
  if (names.includes('ari-client')) all.push(await startClient('ari-client', asterisk, options, stack));
  if (ours.some((name) => names.includes(name))) all.push(...(await startOurs(asterisk, options, stack)));
  if (names.includes('earlier')) all.push(await startEarlier(asterisk, options, stack));
  const owned = stack.move();
  const inTurn = (round: number): readonly Part[] => {
    const first = round % all.length;
    return [...all.slice(first), ...all.slice(0, first)];
  };
  return { all, inTurn, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The numbers that each serves begin with its prefix. */
const clients = {
  bare: { prefix: 'bare', program: 'bare' },
  'bare-webhook': { prefix: 'barewebhook', program: 'bare' },
  'ari-client': { prefix: 'ariclient', program: 'with-ari-client' },
} as const;

async function startClient(
  name: keyof typeof clients,
  asterisk: TestAsterisk,
  { ariUrl, envOf }: PartsOptions,
  stack: AsyncDisposableStack,
  endpoint = '',
): Promise<Part> {
  const { prefix, program: file } = clients[name];
  const program = await startProgram(file, {
    ARI_URL: ariUrl,
    ARI_USER: asterisk.ariUser,
    ARI_PASSWORD: asterisk.ariPassword,
    ARI_APP: apps[prefix],
    ENDPOINT: endpoint,
    ...envOf?.(name),
  });
  stack.use(program);
  return { name, pid: program.pid, numberOf: (flow) => `${prefix}.${flow}` };
}
