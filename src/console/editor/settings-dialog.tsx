import { useState } from 'react';
import { bodyOf, useApiDocument } from '../lib/openapi.ts';
import { Dialog } from '../parts/dialog.tsx';
import { WithSurroundings } from '../parts/field.tsx';
import { Properties } from '../parts/property.tsx';
import { path, type Settings, settings } from './stored-flow.ts';

interface SettingsDialogProps {
  readonly value: Settings;
  readonly onDone: (value: Settings) => void;
  readonly onCancel: () => void;
}

/** What else there is to say of a flow: whether its calls are traced, what its actions take that do not say it. */
export function SettingsDialog({ value, onDone, onCancel }: SettingsDialogProps) {
  const [draft, setDraft] = useState(value);
  const { data: document } = useApiDocument();
  if (!document) return null;
  const { properties = {} } = bodyOf(document, 'put', `${path}/{id}`) ?? {};
  const asked = settings.flatMap((name) => (properties[name] ? [[name, properties[name]] as const] : []));
  return (
    <Dialog title="Settings of the flow" onClose={onCancel} isWide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onDone(draft);
        }}
      >
        <WithSurroundings around={{ components: document.components.schemas, problems: [] }}>
          <Properties
            path=""
            properties={Object.fromEntries(asked)}
            required={[]}
            value={draft}
            onChange={setDraft}
          />
        </WithSurroundings>
        <div className="buttons">
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Done
          </button>
        </div>
      </form>
    </Dialog>
  );
}
