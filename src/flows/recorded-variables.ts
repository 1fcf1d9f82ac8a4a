import { takeResults } from '../ports/takes.ts';
import { leavingResults, listeningResults } from '../ports/voicemail.ts';
import { anything, idOf, number, oneOf, uuid } from './variable-values.ts';

/** What is set by actions that record, and by those that play what was recorded: part of the table of all variables. */
export const recordedVariables = {
  recording: {
    title: 'Recordings',
    when: 'By `recording_start`.',
    variables: {
      'voipbin.recording.id': uuid,
      'voipbin.recording.reference_type': oneOf('call', 'confbridge'),
      'voipbin.recording.reference_id': uuid,
      'voipbin.recording.format': oneOf('wav', 'mp3', 'ogg'),
      'voipbin.recording.recording_name': { ...uuid, text: 'as the id' },
      'voipbin.recording.filenames': anything('the id with its ending, such as `.wav`'),
    },
  },
  record: {
    title: 'What the caller has said',
    when: 'By `record`, when nothing is recorded any more; also by the hang-up that has ended it.',
    variables: {
      'voipbin.record.id': idOf('the recording; empty where nothing is kept'),
      'voipbin.record.url': anything('a link to its file; empty where nothing is kept'),
      'voipbin.record.duration': number('milliseconds'),
      'voipbin.record.result': {
        ...oneOf(...takeResults),
        text: '`silence`, `key` or `duration`: what ended it; `stopped` by somebody, `hangup`, `failed`; `short`: less than `min_duration`, not kept',
      },
    },
  },
  voicemail: {
    title: 'Leaving word',
    when: 'By `voicemail`, when the caller has been recorded; also by his hang-up.',
    variables: {
      'voipbin.voicemail.id': idOf('the voicemail; empty where nothing is kept'),
      'voipbin.voicemail.url': anything('a link to what was said; empty where nothing is kept'),
      'voipbin.voicemail.duration': number('milliseconds'),
      'voipbin.voicemail.result': {
        ...oneOf(...leavingResults),
        text: '`kept`; `short`: less than `min_duration`; `full`: the mailbox holds no more; `failed`',
      },
    },
  },
  mailbox: {
    title: 'A mailbox that is listened to',
    when: 'By `mailbox`: the numbers when it is opened, the others when it is left.',
    variables: {
      'voipbin.mailbox.id': uuid,
      'voipbin.mailbox.new': number('how many messages were new'),
      'voipbin.mailbox.saved': number('how many were saved ones'),
      'voipbin.mailbox.result': {
        ...oneOf(...listeningResults),
        text: '`heard`; `wrong_pin`: three times; `locked`: it has no PIN, or a wrong one was tried too often',
      },
    },
  },
} as const;
