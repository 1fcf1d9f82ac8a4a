import { now } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { fanOut } from '../../src/news/fan-out.ts';
import { News } from '../../src/news/news.ts';
import { Recorder } from '../../src/news/recorder.ts';
import type { Endpoint } from '../../src/webhooks/endpoint.ts';
import { closeSpareStores, givenStore } from '../support/store-folder.ts';
import { givenActiveflow, givenCall } from '../support/store-records.ts';
import { allocated } from './allocated.ts';

const things = 100;
const rounds = 200;

const endpoint: Endpoint = {
  id: 'bench',
  uri: 'http://127.0.0.1:1/',
  method: 'POST',
  status: 'active',
  secrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
};

/** What one change takes on its way from whoever tells of it to the answer of the store, one endpoint being told. */
export async function benchChanges(): Promise<void> {
  await using fixture = await givenStore();
  const recorder = new Recorder(fixture.store, silentLog, {
    deliveriesOf: (events) => fanOut(events, [endpoint], now()),
  });
  const nothing = (): undefined => undefined;
  const news = new News(recorder, { requestOf: nothing, onTold: nothing });
  const calls = Array.from({ length: things }, () => givenCall());
  const activeflows = calls.map(({ id }) => givenActiveflow({ reference_id: id }));
  const state = () => ({ cursor: [] });
  const perChange = async (change: () => void): Promise<number> => {
    const run = async (times: number): Promise<void> => {
      for (let round = 0; round < times; round++) {
        change();
        await recorder.flush();
      }
    };
    await run(rounds / 4); // warm
    return Math.round((await allocated(() => run(rounds))) / (rounds * things));
  };
  const ofCall = await perChange(() => {
    for (const record of calls) news.changed({ kind: 'calls', record }, 'call_updated');
  });
  const ofActiveflow = await perChange(() => {
    for (const activeflow of activeflows) news.activeflow('activeflow_updated', activeflow, { state });
  });
  console.log(`changes: ${ofCall} bytes allocated a change of a call, ${ofActiveflow} of an activeflow`);
  await recorder.close();
}

if (import.meta.main) {
  await benchChanges();
  await closeSpareStores();
}
