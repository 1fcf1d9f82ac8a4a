import { targetPattern } from '../core/words.ts';
import type { RecordOf } from '../news/kinds.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import { LiveTable } from './live-table.ts';
import { isLike } from './record-table.ts';
import { openEnded } from './span.ts';
import type { FilterOf } from './store.ts';

/** Messages have one source and any number of destinations: they are looked through for a number, as for a text. */
export class MessageTable extends LiveTable<'messages'> {
  override list(
    page: PageRequest,
    { number, search, ...filter }: FilterOf<'messages'> = {},
  ): Promise<Page<RecordOf<'messages'>>> {
    if (number === undefined) return super.list(page, { search, ...filter });
    const isOfNumber = isLike('parties', targetPattern(number));
    const query = this.narrowed(this.shown(), openEnded(filter, page));
    if (search === undefined) return this.records.sifted(query, isOfNumber, page);
    return this.records.search(query.where(isOfNumber), search, page);
  }
}
