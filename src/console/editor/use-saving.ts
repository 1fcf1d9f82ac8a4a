import { useState } from 'react';
import { ApiError, request } from '../lib/api.ts';
import { changed } from '../lib/queries.ts';
import { goUnasked } from '../lib/router.ts';
import { confirmed } from '../parts/dialog.tsx';
import { attempt } from '../parts/toasts.tsx';
import type { Draft } from './flow.ts';
import { actionsOf } from './model.ts';
import { layoutOf } from './positions.ts';
import { type Flow, path } from './stored-flow.ts';
import type { Editing } from './use-draft.ts';
import { keepLayout } from './use-layout.ts';

export interface Saving {
  /** As this page has read or saved it. */
  readonly revision: number;
  save(): Promise<void>;
  saveAndDuplicate(): Promise<void>;
  saveAndCreate(): Promise<void>;
  cancel(): Promise<void>;
}

interface ToSave {
  readonly draft: Draft;
  /** What is wrong with the JSON that is being written: it is in no draft, and whoever saves takes it for saved. */
  readonly unread: string;
}

/** The ways to save that the menu has. `begin` is told where another one is begun, perhaps in the very place of this one. */
export function useSaving(
  flow: Flow,
  { draft, unread }: ToSave,
  editing: Editing,
  begin: () => void,
): Saving {
  const [revision, setRevision] = useState(flow.revision ?? 1);
  const store = async (): Promise<Flow> => {
    if (unread !== '') throw new Error(`Nothing is saved while the JSON is not that of a flow: ${unread}`);
    const { name, items, settings } = draft;
    const body = { name, ...settings, actions: actionsOf(items) };
    const stored =
      flow.id === ''
        ? await request<Flow>('POST', path, body)
        : // Who has changed it meanwhile is not overwritten.
          await request<Flow>('PUT', `${path}/${flow.id}`, body, {
            headers: { 'if-match': `"${revision}"` },
          }).catch(toldByWhom);
    editing.saved();
    setRevision(stored.revision ?? 1);
    await keepLayout(stored.id, layoutOf(items, editing.positions, stored.actions));
    changed(path);
    return stored;
  };
  const then = async (done: string, next: (stored: Flow) => Promise<string | undefined>): Promise<void> => {
    await attempt(async () => {
      const place = await next(await store());
      if (place !== undefined) goUnasked(place);
    }, done);
  };
  return {
    revision,
    save: () => then('It is saved.', async ({ id }) => (flow.id === '' ? `/flows/${id}` : undefined)),
    saveAndDuplicate: () =>
      then('It is saved, and there is a copy.', async ({ id }) => {
        const copy = await request<Flow>('POST', `${path}/${id}/duplicate`, {});
        return `/flows/${copy.id}`;
      }),
    saveAndCreate: () =>
      then('It is saved.', async () => {
        begin();
        return '/flows/new';
      }),
    cancel: async () => {
      const question = {
        title: 'Cancel the changes?',
        text: 'What was changed is lost.',
        yes: 'Cancel them',
        no: 'Go on',
      };
      if (await confirmed(question)) goUnasked('/flows');
    },
  };
}

/** @throws ApiError that says what to do, and not what a program would have to send */
function toldByWhom(error: unknown): never {
  if (!(error instanceof ApiError) || error.reason !== 'CONFLICT') throw error;
  const message =
    'Somebody has saved this flow meanwhile. Copy what you have from JSON, load the page again and put it in there.';
  throw new ApiError(error.status, error.reason, message);
}
