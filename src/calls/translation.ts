import type { Call } from './call.ts';

/**
 * Two who talk in one format hear each other whatever becomes of their streams. Where Asterisk translates between them it is seen
 * to that they go on to; until disposed.
 */
export function keepTranslating(one: Call, other: Call): Disposable {
  const kept = new DisposableStack();
  const watch = async (): Promise<void> => {
    const [its, others] = await Promise.all([formatsOf(one), formatsOf(other)]);
    if (its === others || kept.disposed) return;
    for (const call of [one, other]) kept.use(call.incoming.keep());
  };
  void watch().catch(() => undefined); // one of them has gone
  return kept;
}

/** As Asterisk names them: `(ulaw)`. */
function formatsOf({ ari, channelId, hangupSignal }: Call): Promise<string> {
  return ari.getVariable(channelId, 'CHANNEL(audionativeformat)', hangupSignal);
}
