import type { RecordOf } from '../news/kinds.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import { pageOfParties } from './by-number.ts';
import { LiveTable } from './live-table.ts';
import { openEnded } from './span.ts';
import type { FilterOf } from './store.ts';

/** Conversations are found by either party. */
export class ConversationTable extends LiveTable<'conversations'> {
  override list(
    page: PageRequest,
    { number, search, ...filter }: FilterOf<'conversations'> = {},
  ): Promise<Page<RecordOf<'conversations'>>> {
    const query = this.narrowed(this.shown(), openEnded(filter, page));
    return pageOfParties(this.records, query, { number, search }, page);
  }
}
