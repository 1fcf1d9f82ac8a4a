import { anything, keys, like, number, oneOf } from './variable-values.ts';

/** Groups of the table of variables: those of actions that ask the caller, or the clock. */
export const askingVariables = {
  menu: {
    title: 'The choice of a menu',
    when: 'By `menu`, when a choice was made, or none in the end; and with what was said, as by `digits_receive`.',
    variables: {
      'voipbin.menu.key': {
        ...keys,
        text: 'the key that was chosen; what was pressed last where none was, or empty',
      },
      'voipbin.menu.result': {
        ...oneOf('key', 'speech', 'no_input', 'no_match'),
        text: '`key`, `speech`: how it was chosen; `no_input`, `no_match`: nothing, or another key',
      },
      'voipbin.menu.tries': number('how often the caller was asked'),
    },
  },
  gather: {
    title: 'The number that was gathered',
    when: 'By `gather`, when there is one, or none in the end; and with what was said, as by `digits_receive`.',
    variables: {
      'voipbin.gather.value': { ...keys, text: 'the number; empty where there is none' },
      'voipbin.gather.date': like(
        /^((\d{4}|-)-\d\d(-\d\d)?|\d\d:\d\d)$/,
        'with a `date_format` the date, such as `2026-03-01`, `2026-03`, `--03-01`, or the time, `09:30`; else empty',
      ),
      'voipbin.gather.result': {
        ...oneOf('valid', 'no_input', 'no_match', 'unconfirmed'),
        text: '`valid`; `no_input`, `no_match`: nothing, or no such number; `unconfirmed`: never confirmed',
      },
      'voipbin.gather.tries': number('how often the caller was asked'),
    },
  },
  schedule: {
    title: 'Opening hours',
    when: 'By `condition_schedule`.',
    variables: {
      'voipbin.schedule.result': oneOf('open', 'closed'),
      'voipbin.schedule.reason': {
        ...oneOf('period', 'no_period', 'exception'),
        text: 'what says so: a `period` of the week, `no_period` of it, the `exception` of the day',
      },
      'voipbin.schedule.exception': anything('the name of the exception; else empty'),
    },
  },
} as const;
