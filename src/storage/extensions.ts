import { wordsOf } from '../core/words.ts';
import { type ExtensionRecord, extensionDefaults } from '../extensions/extension-record.ts';
import type { Engine } from './engine.ts';
import { ResourceTable } from './resource-table.ts';
import type { ExtensionStore } from './store.ts';
import { Writes } from './writes.ts';

export function extensionStore(engine: Engine): ExtensionStore {
  return new ExtensionTable(engine.database, {
    table: 'extensions',
    columns: ({ extension }) => ({ extension }),
    words: ({ extension, name, detail }) => wordsOf(extension, name, detail),
    since: extensionDefaults,
    writes: Writes.of(engine),
  });
}

class ExtensionTable extends ResourceTable<ExtensionRecord> implements ExtensionStore {
  async byExtension(extension: string): Promise<ExtensionRecord | undefined> {
    return (await this.where('extension', extension))[0];
  }
}
