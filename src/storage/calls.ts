import { wireTime } from '../core/clock.ts';
import type { RecordOf } from '../news/kinds.ts';
import type { Written } from '../news/live.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import { pageOfParties } from './by-number.ts';
import { LiveTable } from './live-table.ts';
import type { Columns } from './record-table.ts';
import { openEnded } from './span.ts';
import type { CallStore, FilterOf } from './store.ts';

/** How far Asterisk's clock may be from ours, in milliseconds. */
const clockSkew = 3_600_000;

/** In the text of a state, as migration 0018 looks for it too. */
const channelIn = /"channel":"([^"]*)"/;

/** Calls are found by either number, by when they began, and by their channel. */
export class CallTable extends LiveTable<'calls'> implements CallStore {
  override list(
    page: PageRequest,
    { number, search, ...filter }: FilterOf<'calls'> = {},
  ): Promise<Page<RecordOf<'calls'>>> {
    const query = this.narrowed(this.shown(), openEnded(filter, page));
    return pageOfParties(this.records, query, { number, search }, page);
  }

  /** Whether one that began no earlier than a channel of this id had that. */
  async hadChannel({ id, creationtime }: Parameters<CallStore['hadChannel']>[0]): Promise<boolean> {
    const since = wireTime((Date.parse(creationtime) - clockSkew) * 1_000);
    const row = await this.engine.database
      .selectFrom('calls')
      .select('id')
      .where('channel', '=', id)
      .where('tm_create', '>=', since)
      .executeTakeFirst();
    return row !== undefined;
  }

  protected override rest(written: Written<'calls'>): Columns {
    return { ...super.rest(written), channel: channelIn.exec(written.state ?? '')?.[1] ?? '' };
  }
}
