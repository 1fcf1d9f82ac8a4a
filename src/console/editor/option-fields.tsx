import type { Schema } from '../lib/schema.ts';
import { useAround } from '../parts/field.tsx';
import { Properties } from '../parts/property.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { fieldsOf, problemsOn, tabsOf } from './fields.ts';
import { ResultList } from './result-list.tsx';

type Option = Readonly<Record<string, unknown>>;

interface OptionFieldsProps {
  readonly type: string;
  readonly schema: Schema | undefined;
  /** As it was when the form was opened: a field that is being written stays where it is. */
  readonly before: Option;
  readonly value: Option;
  readonly onChange: (value: Option) => void;
}

/** The fields of an action's option, on tabs where they are many, and what a flow knows afterwards. */
export function OptionFields({ type, schema, before, value, onChange }: OptionFieldsProps) {
  const { problems } = useAround();
  const { properties = {}, required = [] } = schema?.properties?.option ?? {};
  const parts = tabsOf(type, fieldsOf(type, properties, required, value, before));
  const results = schema?.['x-results'];
  const shared = { path: 'option', required, value, onChange };
  const tabs = parts.map((part, index) => ({
    name: part.name,
    problems: problemsOn(part, problems).length,
    content: (
      <>
        <Properties {...shared} properties={part.first} />
        {Object.keys(part.more).length > 0 && (
          <details>
            <summary>More</summary>
            <Properties {...shared} properties={part.more} />
          </details>
        )}
        {results && index === parts.length - 1 && <ResultList results={results} />}
      </>
    ),
  }));
  return tabs.length === 1 ? tabs[0]?.content : <Tabs name="Parts of the form" tabs={tabs} />;
}
