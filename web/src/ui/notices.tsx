// What happened, at the edge of the page: the import that runs, what went well or wrong.
import { app } from '../state/app';
import { cancelImport } from '../state/importing';
import { useStore } from '../state/store';
import { bytesText, useText } from '../text/text';
import { Icon } from './icon';

function Importing() {
  const words = useText();
  const running = useStore(app, (s) => s.importing);
  if (!running) return null;
  const { name, sent, total } = running;
  const all = sent >= total;
  return (
    <div class="notice" role="group" aria-label={words.importing(name)}>
      <div class="notice-body">
        <strong>{words.importing(name)}</strong>
        <progress aria-label={words.importing(name)} max={total} value={all ? undefined : sent} />
        <span class="facts">
          {all ? words.importChecking : words.importSent(bytesText(sent), bytesText(total))}
        </span>
      </div>
      <button class="icon" aria-label={words.cancel} title={words.cancel} onClick={cancelImport}>
        <Icon name="close" />
      </button>
    </div>
  );
}

export function Notices() {
  const words = useText();
  const notice = useStore(app, (s) => s.notice);
  return (
    <section class="notices" aria-label={words.notices}>
      <Importing />
      <div role="alert">
        {notice && (
          <div class={`notice ${notice.kind}`}>
            <div class="notice-body">{notice.text}</div>
            <button
              class="icon"
              aria-label={words.close}
              title={words.close}
              onClick={() => app.set({ notice: null })}
            >
              <Icon name="close" />
            </button>
          </div>
        )}
      </div>
    </section>
  );
}
