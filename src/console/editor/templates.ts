import type { ActionJson } from './model.ts';

export interface Template {
  readonly name: string;
  readonly detail: string;
  readonly actions: readonly ActionJson[];
}

/** To begin with. What has to be chosen first, a queue or a schedule, is missing in them, and said on the node. */
export const templates: readonly Template[] = [
  { name: 'Empty', detail: 'Nothing yet', actions: [] },
  {
    name: 'Menu',
    detail: 'Press 1 for one thing, 2 for another',
    actions: [
      {
        id: 'menu',
        type: 'menu',
        option: {
          prompts: [{ text: 'For sales, press 1. For support, press 2.' }],
          targets: { '1': 'sales', '2': 'support' },
          no_input_target_id: 'goodbye',
          no_match_target_id: 'goodbye',
        },
      },
      { id: 'sales', type: 'talk', option: { text: 'This is sales.' }, next_id: 'goodbye' },
      { id: 'support', type: 'talk', option: { text: 'This is support.' } },
      { id: 'goodbye', type: 'talk', option: { text: 'Goodbye.' } },
      { id: 'end', type: 'hangup', option: {} },
    ],
  },
  {
    name: 'Queue',
    detail: 'Callers wait for an agent, or leave word',
    actions: [
      { id: 'welcome', type: 'talk', option: { text: 'Welcome. Please hold the line.' } },
      { id: 'queue', type: 'queue_join', option: { queue_id: '' } },
      { id: 'sorry', type: 'talk', option: { text: 'All of us are busy. Please call again later.' } },
    ],
  },
  {
    name: 'Voicemail',
    detail: 'Callers leave word',
    actions: [{ id: 'leave-word', type: 'voicemail', option: { mailbox_id: '' } }],
  },
  {
    name: 'Reminder',
    detail: 'For calls that are made: a human hears it, and an answering machine after its beep',
    actions: [
      { id: 'who', type: 'amd', option: { wait_for: 'beep' } },
      {
        id: 'reminder',
        type: 'talk',
        option: { text: 'This is a reminder of your appointment ${appointment}.' },
      },
      { id: 'end', type: 'hangup', option: {} },
    ],
  },
  {
    name: 'Opening hours',
    detail: 'One flow while it is open, a text while it is closed',
    actions: [
      {
        id: 'hours',
        type: 'condition_schedule',
        option: { schedule_id: '', open_target_id: 'open', closed_target_id: 'closed' },
      },
      { id: 'open', type: 'talk', option: { text: 'We are here for you.' }, next_id: 'end' },
      { id: 'closed', type: 'talk', option: { text: 'We are closed. Please call again during the day.' } },
      { id: 'end', type: 'hangup', option: {} },
    ],
  },
];
