import { ApiError, onSignedOut, request, wordsOf } from './api.ts';
import { queries } from './queries.ts';
import { Store } from './store.ts';

/** As `GET /v1.0/sessions/current` answers. */
export interface Session {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly tm_create: string;
  readonly tm_expire: string;
  readonly version: string;
  readonly phone: { readonly available: boolean; readonly reason: string };
}

export type Access =
  | { readonly state: 'asking' }
  | { readonly state: 'in'; readonly session: Session }
  | { readonly state: 'out'; readonly message: string };

export const access = new Store<Access>({ state: 'asking' });

const path = '/v1.0/sessions';
const howTo = 'Run `npx ariflow console` and open the link it prints.';

onSignedOut(() => {
  if (access.value.state === 'in') leave('Your session is over.');
});

/** Takes the code out of the address, if there is one, and asks whether we are in. */
export function signInByFragment(): void {
  const code = /^#code=([\w-]+)$/.exec(location.hash)?.[1];
  if (code !== undefined) history.replaceState(history.state, '', `${location.pathname}#/`);
  void (code === undefined ? resume() : signIn(code));
}

export async function signIn(code: string): Promise<void> {
  access.set({ state: 'asking' });
  await enter(
    () => request<Session>('POST', path, { code: code.trim() }),
    'The link is used, too old or wrong.',
  );
}

async function resume(): Promise<void> {
  await enter(() => request<Session>('GET', `${path}/current`), '');
}

/** `refused` is what is said to whoever is not let in. */
async function enter(ask: () => Promise<Session>, refused: string): Promise<void> {
  try {
    access.set({ state: 'in', session: await ask() });
  } catch (error) {
    leave(error instanceof ApiError && error.status === 401 ? refused : wordsOf(error));
  }
}

export async function signOut(): Promise<void> {
  try {
    await request('DELETE', `${path}/current`);
  } catch {
    // Over it is in any case, for this page.
  }
  leave('You have signed out.');
}

function leave(message: string): void {
  queries.clear();
  access.set({ state: 'out', message: `${message} ${howTo}`.trim() });
}
