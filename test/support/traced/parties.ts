import { answer, bye, ends, is, keys, leaves, nobody, phones, type Scene, say, type There } from './scene.ts';

const to = (...targets: string[]) => targets.map((target) => ({ type: 'extension', target }));
const connect = (destinations: readonly object[], option: object = {}, more: object = {}) => ({
  ...{ id: 'connect', type: 'connect' },
  option: { destinations, ...option },
  ...more,
});
const after = [say('after', 'Nobody is there any more.'), bye];

/** Others who are called, queues, rooms. */
export function partyScenes(there: There): Readonly<Record<string, Scene>> {
  const queue = (queue_id: string, more: object = {}) => ({
    ...{ id: 'queue', type: 'queue_join' },
    option: { queue_id },
    ...more,
  });
  return {
    'a phone that is not there': { actions: [answer, connect(to(phones.away)), ...after] },
    'a phone that is busy': { actions: [answer, connect(to(phones.busy)), ...after] },
    'a phone that declines': { actions: [answer, connect(to(phones.declines)), ...after] },
    'a phone nobody picks up': { actions: [answer, connect(to(phones.rings), { timeout: 1_500 }), ...after] },
    'a phone at which somebody talks and hangs up': {
      actions: [answer, connect(to(phones.talks)), ...after],
    },
    'a phone that answers before the caller is answered': { actions: [connect(to(phones.talks)), ...after] },
    'a phone that is busy, and then what was said of it': {
      actions: [answer, connect(to(phones.busy)), is('voipbin.connect.result', 'busy'), ...ends],
    },
    'two phones, one of them busy': { actions: [answer, connect(to(phones.busy, phones.talks)), ...after] },
    'two phones, one after the other': {
      actions: [answer, connect(to(phones.busy, phones.talks), { ring_method: 'linear' }), ...after],
    },
    'a phone with which somebody may talk for a second': {
      actions: [answer, connect(to(phones.stays), { duration: 1_000 }), ...after],
    },
    'a caller who hangs up while it rings': {
      actions: [answer, connect(to(phones.rings)), ...after],
      act: async ({ call, at, leg }) => {
        await at('connect');
        await leg('ringing');
        await call.bye();
      },
    },
    'a caller who gives up before anybody answers': {
      actions: [connect(to(phones.rings)), ...after],
      act: async ({ call, at, leg }) => {
        await at('connect');
        await leg('ringing');
        await call.close();
      },
    },
    'a caller who hangs up while they talk': {
      actions: [answer, connect(to(phones.stays)), ...after],
      act: async ({ call, at, leg }) => {
        await at('connect');
        await leg('progressing');
        await call.bye();
      },
    },
    'an agent who answers': {
      actions: [answer, { id: 'agent', type: 'agent_call', option: { agent_id: there.agent } }, ...after],
    },
    'an agent who is none': {
      actions: [
        answer,
        { id: 'agent', type: 'agent_call', option: { agent_id: nobody }, on_error_id: 'other' },
        ...ends,
      ],
    },
    'a queue that nobody serves': { actions: [answer, queue(there.emptyQueue), ...after] },
    'a queue that is served': { actions: [answer, queue(there.queue), ...after] },
    'a queue, and what came of it': {
      actions: [answer, queue(there.otherQueue), is('voipbin.queuecall.status', 'done'), ...ends],
    },
    'a queue that is none': { actions: [answer, queue(nobody, { on_error_id: 'other' }), ...ends] },
    'a caller who does not wait for an agent': {
      actions: [answer, queue(there.longQueue), ...after],
      act: leaves('queue'),
    },
    'a caller who leaves a conference': {
      actions: [
        answer,
        { id: 'join', type: 'conference_join', option: { conference_id: there.conference } },
        ...after,
      ],
      act: leaves('join'),
    },
    'a caller who leaves a room by a key, and goes on': {
      actions: [
        answer,
        { id: 'join', type: 'confbridge_join', option: { confbridge_id: nobody, leave_keys: '*' } },
        ...[keys('key'), ...after],
      ],
      act: async ({ call, at }) => {
        await at('join');
        await call.digits('*');
        await at('key');
        await call.digits('1');
      },
    },
    'a call beside it': {
      actions: [
        answer,
        {
          id: 'call',
          type: 'call',
          option: {
            source: { type: 'extension', target: '2000' },
            destinations: to(phones.talks),
            actions: [{ id: 'called', type: 'talk', option: { text: 'Hello.' } }],
          },
        },
        ...after,
      ],
    },
  };
}
