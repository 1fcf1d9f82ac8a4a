import { zeroId } from '../core/clock.ts';
import { wordsOf } from '../core/words.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Engine } from './engine.ts';
import { LinkedTable } from './linked-table.ts';
import { mergedPage } from './merged-page.ts';
import { type NumberRecord, numberDefaults } from './number-record.ts';
import type { NumberStore, ResourceFilter } from './store.ts';
import { Writes } from './writes.ts';

export function numberStore(engine: Engine): NumberStore {
  return new NumberTable(engine.database, {
    table: 'numbers',
    columns: ({ number, call_flow_id, message_flow_id, closed_flow_id }) => ({
      number,
      flow_id: call_flow_id,
      message_flow_id: somewhere(message_flow_id),
      closed_flow_id: somewhere(closed_flow_id),
    }),
    words: ({ number, name, detail }) => wordsOf(number, name, detail),
    since: numberDefaults,
    writes: Writes.of(engine),
  });
}

const flowColumns = ['flow_id', 'message_flow_id', 'closed_flow_id'];

class NumberTable extends LinkedTable<NumberRecord> implements NumberStore {
  async byNumber(number: string): Promise<NumberRecord | undefined> {
    return (await this.where('number', number))[0];
  }

  /** Those of a flow are those that run it for whatever. */
  override async list(
    page: PageRequest,
    { flow_id, ...filter }: ResourceFilter = {},
  ): Promise<Page<NumberRecord>> {
    if (flow_id === undefined) return super.list(page, filter);
    const pages = flowColumns.map((column) => super.list(page, { ...filter, [column]: flow_id }));
    return mergedPage(await Promise.all(pages), page.size);
  }
}

/** Whoever asks for the flow of zeros means numbers on which none runs for calls. */
function somewhere(id: string): string {
  return id === zeroId ? '' : id;
}
