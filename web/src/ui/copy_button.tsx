// A button that copies a text and says so. Without a secure context (http:// on another machine)
// browsers have no clipboard API: then a hidden field is selected and copied.
import { useState } from 'preact/hooks';
import { useText } from '../text/text';
import { Icon } from './icon';

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'hidden';
    document.body.append(field);
    const focused = document.activeElement as HTMLElement | null;
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    focused?.focus();
    return copied;
  }
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const words = useText();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(text))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  const title = copied ? words.copied : (label ?? words.copy);
  return (
    <button class="icon" aria-label={title} title={title} onClick={() => void copy()}>
      <Icon name={copied ? 'check' : 'copy'} />
    </button>
  );
}
