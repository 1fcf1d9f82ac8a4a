import * as z from 'zod';
import { digitsOption } from '../calls/digits-sending.ts';
import { playOption } from '../media/playlist.ts';
import { recordingChoice, recordingOption } from '../ports/recording-option.ts';
import { talkOption } from '../speech/speaking.ts';

/** The option of a command that says all by its name. */
export const noOption = z.strictObject({});

const whichWay = z.strictObject({
  direction: z
    .enum(['in', 'out', 'both'])
    .default('both')
    .describe('`in`: nobody hears the party; `out`: the party hears nothing'),
});

/** What can be done with a call from outside its flow. What an action does as well takes that action's option. */
export const commandOptions = {
  talk: talkOption,
  play: playOption,
  digits: digitsOption,
  hold: noOption,
  unhold: noOption,
  mute: whichWay,
  unmute: whichWay,
  moh: noOption,
  moh_stop: noOption,
  recording_start: recordingOption,
  recording_stop: recordingChoice,
  recording_pause: recordingChoice,
  recording_resume: recordingChoice,
} as const;

export type CommandType = keyof typeof commandOptions;

/** With its option parsed. */
export type CallCommand = {
  [T in CommandType]: { readonly type: T; readonly option: z.output<(typeof commandOptions)[T]> };
}[CommandType];
