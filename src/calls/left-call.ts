import { now } from '../core/clock.ts';
import type { Call } from './call.ts';
import type { LeftCall } from './call-state.ts';
import { undoHold } from './hold.ts';
import { stopMusic } from './hold-music.ts';

/** Gives a call that was left behind what it had besides its record, and tells nobody. */
export function giveBack(call: Call, { record, state }: LeftCall): void {
  if (state.isElsewhere) call.whereabouts.goElsewhere();
  if (state.isOnErrand) call.whereabouts.beginErrand();
  if (state.isDetached) call.attachment.detach();
  call.attachment.talk = state.talk;
  if (state.sent) call.referral.send(state.sent.by);
  call.ending.intent = state.intent;
  call.ending.cause = state.cause;
  call.ending.refusal = state.refusal;
  call.life.goOn(state.limit);
  call.digits.giveBack(state.digits, state.hidden);
  call.steps.goOnFrom(state.steps);
  if (state.diary) call.diary.goOn(state.diary);
  for (const [id, file] of Object.entries(state.recordedAs)) call.recordedAs.set(id, file);
  call.resources.goOnFrom(state.resources);
  call.hold.goOn(record.hold, state.held ?? { since: record.hold ? now() : 0, spent: 0 });
  call.silence.goOn(state.isSentSilence);
  call.incoming.source.goOn(state.heard);
  if (record.held) call.orders.goOn('hold', { held: true }, () => undoHold(call));
  call.orders.musicClass = undefined;
  if (record.moh !== '') call.orders.goOn('moh', { moh: record.moh }, () => stopMusic(call));
  call.muting.goOn(record.mute);
}
