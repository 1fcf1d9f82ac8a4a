import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../lib/api.ts';
import { useApiDocument } from '../lib/openapi.ts';
import { queries } from '../lib/queries.ts';
import { Heading, Waiting, WrongPage } from '../parts/bits.tsx';
import { Editor } from './editor.tsx';
import { emptyFlow, type Flow, path } from './stored-flow.ts';
import { type Template, templates } from './templates.ts';
import { useLayout } from './use-layout.ts';

/** A stored flow, or a new one, which begins with a template. */
export function EditorPage({ id, callId }: { readonly id: string; readonly callId?: string | undefined }) {
  const isNew = id === 'new';
  const [template, setTemplate] = useState<Template>();
  const [round, setRound] = useState(0);
  const { data: document, error: missing } = useApiDocument();
  const { data: flow, error } = useOpened(isNew ? undefined : id);
  const layout = useLayout(isNew ? undefined : id);
  if (error ?? missing)
    return <WrongPage title="Flow" above={<a href="#/flows">Flows</a>} error={error ?? missing} />;
  if (isNew && !template) return <TemplateChoice onChoose={setTemplate} />;
  const given = isNew ? { ...emptyFlow, actions: template?.actions ?? [] } : flow;
  if (!given || !document || !layout) return <Waiting />;
  return (
    <Editor
      key={`${given.id} ${round}`}
      flow={given}
      layout={layout}
      components={document.components.schemas}
      callId={callId}
      onBegin={() => setTemplate(undefined)}
      onRestored={async (restored) => {
        await queries.refetchQueries({ queryKey: ['layout', restored.id] });
        queries.setQueryData(['edited', restored.id], restored);
        setRound(round + 1); // begun anew with it
      }}
    />
  );
}

/** As it is when it is opened. What somebody else makes of it then does not come in between: saving tells. */
function useOpened(id: string | undefined) {
  return useQuery<Flow>({
    queryKey: ['edited', id],
    queryFn: ({ signal }) => request<Flow>('GET', `${path}/${id}`, undefined, { signal }),
    enabled: id !== undefined,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function TemplateChoice({ onChoose }: { readonly onChoose: (template: Template) => void }) {
  return (
    <>
      <Heading title="New flow" above={<a href="#/flows">Flows</a>} />
      <div className="cards">
        {templates.map((template) => (
          <button
            key={template.name}
            type="button"
            className="card choice"
            onClick={() => onChoose(template)}
          >
            <strong>{template.name}</strong>
            <span className="soft">{template.detail}</span>
          </button>
        ))}
      </div>
    </>
  );
}
