import { query } from '../lib/api.ts';
import { type ApiDocument, operationOf } from '../lib/openapi.ts';

interface ExportLinksProps {
  readonly document: ApiDocument;
  /** Of the list, in the API. */
  readonly path: string;
  /** What it is narrowed to. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

const words: Readonly<Record<string, string>> = { csv: 'CSV', jsonl: 'JSON lines' };

/** All that a list has, of all its pages, as a file of each kind; where the API offers that. */
export function ExportLinks({ document, path, parameters }: ExportLinksProps) {
  const { parameters: offered = [] } = operationOf(document, 'get', `${path}/export`) ?? {};
  const formats = offered.find(({ name }) => name === 'format')?.schema?.enum?.map(String) ?? [];
  return formats.map((format) => (
    <a key={format} className="button" download href={`${path}/export${query({ ...parameters, format })}`}>
      Export {words[format] ?? format}
    </a>
  ));
}
