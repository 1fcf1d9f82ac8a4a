import { ignoreGone } from '../ari/transport.ts';
import type { Call } from './call.ts';
import type { PlaybackState } from './playback-end.ts';

/**
 * Lets a playback wait while the phone holds its call, and go on from a little before: what was on its way when Asterisk heard
 * of the hold was not heard. A call that Asterisk would not pause for plays on. Of one that was begun before, `state` says how it is.
 */
export function pauseInHold(call: Call, id: string, state?: PlaybackState): Disposable {
  const { ari, hold, hangupSignal } = call;
  let isPaused = state === 'paused';
  let doing = Promise.resolve();
  const order = (operation: 'pause' | 'unpause' | 'reverse'): void => {
    doing = doing.then(() => ignoreGone(ari.controlPlayback(id, operation)).catch(() => undefined));
  };
  const follow = (): void => {
    if (hold.isAwaited) {
      // Going back is refused while it is paused.
      if (!isPaused) order('reverse');
      order('pause');
    } else if (isPaused) order('unpause');
    isPaused = hold.isAwaited;
  };
  const watch = new DisposableStack();
  watch.use(hold.watch(follow));
  // One that waits behind another cannot be paused before it begins.
  const began = ({ playback }: { readonly playback: { readonly id: string } }): boolean => {
    if (playback.id === id && hold.isAwaited) order('pause');
    return false; // it begins again after each pause
  };
  watch.use(call.expect('PlaybackStarted', began, hangupSignal));
  if (state) follow(); // the hold may have begun, or ended, while nobody was there
  return watch;
}
