import * as z from 'zod';
import type { Notes } from '../calls/notes.ts';
import { playInTurn } from '../calls/playlist.ts';
import { Typing, type TypingOption } from '../calls/typing.ts';
import type { CallActionContext } from '../flows/action.ts';
import { failureOf, tellFailure } from '../flows/failure.ts';
import type { HearingRequest } from '../ports/hearing.ts';
import type { PlacedItem } from './prompts.ts';
import { Stages } from './stages.ts';
import { type Answer, Listener } from './typed-or-said.ts';

/** What is said to a caller, and how he may answer. */
export interface Exchange {
  readonly items: readonly PlacedItem[];
  readonly bargeIn: boolean;
  readonly typing: TypingOption;
  readonly hasKeys: boolean;
  /** Who listens to him, where words count. */
  readonly hearing?: HearingRequest | undefined;
}

export type AskingContext = Pick<
  CallActionContext,
  'action' | 'call' | 'id' | 'ports' | 'log' | 'scope' | 'publish' | 'keep' | 'left'
>;

/** The same for a part of it: with notes of its own, and ids that no other part gives. */
export function partOf(
  context: AskingContext,
  notes: Notes,
  ...part: readonly (string | number)[]
): AskingContext {
  const { action, call, ports, log, scope, publish, id } = context;
  return {
    action,
    call,
    ports,
    log,
    scope,
    publish,
    ...notes,
    id: (kind, ...key) => id(kind, ...part, ...key),
  };
}

const stage = z.enum(['saying', 'waiting']);

/**
 * Says something, and waits for the answer. Begun again, what was heard is not said again, and the time to answer is what is left.
 * @throws ActionError why he cannot hear or be heard; the scope's reason
 */
export async function exchange(context: AskingContext, asked: Exchange): Promise<Answer> {
  const stages = new Stages(context, stage, 'saying');
  const voice = new AbortController();
  let listener: Listener | undefined;
  try {
    if (stages.at === 'saying') {
      if (asked.bargeIn) listener = listen(context, asked, () => voice.abort());
      await say(partOf(context, stages.notes), asked, voice.signal);
      stages.go('waiting');
    }
    listener ??= listen(context, asked);
    const typing = new Typing({ call: context.call, ...stages.notes }, asked.typing);
    return await (listener?.answer(typing) ?? typing.collect(context.scope.signal));
  } finally {
    await listener?.stop();
  }
}

function listen(
  context: AskingContext,
  { hearing, hasKeys }: Exchange,
  onVoice?: () => void,
): Listener | undefined {
  return hearing && new Listener(context, { request: hearing, hasKeys, onVoice });
}

async function say(
  context: AskingContext,
  { items, bargeIn, hasKeys }: Exchange,
  until: AbortSignal,
): Promise<void> {
  const { call, id, scope, log, keep, left } = context;
  if (items.length === 0) return;
  const onSkipped = (index: number, error: unknown): void => {
    const path = items[index]?.path ?? '';
    const { code, message } = failureOf(error);
    log.warn({ path, code, reason: message }, 'media_skipped');
    tellFailure(context, error, `${path}: `);
  };
  const playing = { call, id, signal: scope.signal, onSkipped, keep, left };
  await playInTurn({ ...playing, takesBargeIn: bargeIn && hasKeys, until }, items);
}
