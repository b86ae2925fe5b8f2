// The model of this conversation: the list of the server's models, and the import of another.
import { useEffect, useRef, useState } from 'preact/hooks';
import { showModel, type Model, type ModelDetails } from '../api/models';
import { chooseModel } from '../state/actions';
import { app, current, modelOf } from '../state/app';
import { importFile } from '../state/importing';
import { useStore } from '../state/store';
import { bytesText, useText } from '../text/text';
import { Disclosure } from './disclosure';
import { Icon } from './icon';

export function shortName(name: string): string {
  return name
    .split('/')
    .at(-1)!
    .replace(/\.gguf$/i, '');
}

function ModelItem({ model, chosen }: { model: Model; chosen: boolean }) {
  const words = useText();
  const loaded = useStore(app, (s) => s.loaded.some((m) => m.name === model.name));
  const facts = [
    model.parameters,
    model.quantization,
    model.bytes > 0 ? bytesText(model.bytes) : '',
    loaded ? words.loadedNow : '',
  ];
  return (
    <li>
      <button
        class="item model"
        aria-current={chosen ? 'true' : undefined}
        onClick={() => chooseModel(model.name)}
      >
        <span class="model-name">{shortName(model.name)}</span>
        <span class="facts">{facts.filter(Boolean).join(' · ')}</span>
      </button>
    </li>
  );
}

// What /api/show knows of the chosen model, asked when the menu opens.
function Details({ name }: { name: string }) {
  const words = useText();
  const [details, setDetails] = useState<ModelDetails | null>(null);
  useEffect(() => {
    let wanted = true;
    setDetails(null);
    if (name) {
      showModel(name).then(
        (found) => wanted && setDetails(found),
        () => undefined,
      );
    }
    return () => {
      wanted = false;
    };
  }, [name]);
  if (!details) return null;
  const facts = [
    details.architecture,
    details.parameters,
    details.contextLength ? words.contextOf(details.contextLength.toLocaleString()) : '',
    ...details.capabilities,
  ];
  return <p class="hint">{facts.filter(Boolean).join(' · ')}</p>;
}

export function ModelMenu() {
  const words = useText();
  const open = useStore(app, (s) => s.modelsOpen);
  const models = useStore(app, (s) => s.models);
  const chosen = useStore(app, (s) => modelOf(s, current(s)));
  const file = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (!open) return;
    const items = list.current;
    (
      items?.querySelector<HTMLElement>('[aria-current]') ?? items?.querySelector('button')
    )?.focus();
  }, [open]);
  return (
    <Disclosure
      open={open}
      onChange={(modelsOpen) => app.set({ modelsOpen })}
      label={`${words.chooseModel}: ${shortName(chosen) || '–'}`}
      button={
        <>
          <span class="chosen">{shortName(chosen) || words.chooseModel}</span>
          <Icon name="down" />
        </>
      }
      buttonClass="chooser"
    >
      <ul class="items" ref={list}>
        {models.map((m) => (
          <ModelItem key={m.name} model={m} chosen={m.name === chosen} />
        ))}
      </ul>
      {models.length === 0 && <p class="hint">{words.noModels}</p>}
      <Details name={chosen} />
      <button class="item import" onClick={() => file.current?.click()}>
        <Icon name="file" />
        {words.importFile}
      </button>
      <input
        ref={file}
        type="file"
        accept=".gguf"
        hidden
        id="import-file"
        onChange={(e) => {
          const picked = e.currentTarget.files?.[0];
          if (picked) void importFile(picked);
          e.currentTarget.value = '';
          app.set({ modelsOpen: false });
        }}
      />
    </Disclosure>
  );
}
