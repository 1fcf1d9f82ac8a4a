/**
 * What the first action of the clinic's line took when there was no `menu`; a choice leads to `bye`, or to `german`, which are not among
 * these.
 */
export const asItWas = [
  {
    ...{ id: 'ask', type: 'talk' },
    option: { text: 'City clinic. For the front desk, press 1.', digits_handle: 'next' },
  },
  {
    type: 'talk',
    option: { text: 'Guten Tag. Für Deutsch drücken Sie die 9.', language: 'de-DE', digits_handle: 'next' },
  },
  { type: 'digits_receive', option: { duration: 5_000, length: 1 } },
  {
    type: 'condition_variable',
    option: { condition: '==', variable: 'voipbin.call.digits', false_target_id: 'choice' },
  },
  { type: 'goto', option: { target_id: 'ask', loop_count: 2 }, next_id: 'bye' },
  {
    id: 'choice',
    type: 'branch',
    option: {
      target_ids: { '1': 'bye', '2': 'bye', '3': 'bye', '4': 'bye', '9': 'german' },
      default_target_id: 'wrong',
    },
  },
  { id: 'wrong', type: 'talk', option: { text: 'There is no such choice.', digits_handle: 'next' } },
  { type: 'goto', option: { target_id: 'ask', loop_count: 2 }, next_id: 'bye' },
];
