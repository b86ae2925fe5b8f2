// A button and what it opens below itself. Closes by Escape, a click elsewhere, or when the focus
// leaves; Escape gives the focus back to the button.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
  open: boolean;
  onChange: (open: boolean) => void;
  label: string; // of the button, where its content is no text
  button: ComponentChildren;
  buttonClass: string;
  side?: 'left' | 'right';
  children: ComponentChildren;
}

export function Disclosure(props: Props) {
  const { open, onChange, label, button, buttonClass, side = 'left', children } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) onChange(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return;
    event.preventDefault();
    onChange(false);
    opener.current?.focus();
  };
  return (
    <div class="disclosure" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={opener}
        class={buttonClass}
        aria-expanded={open}
        aria-controls={id}
        aria-label={label}
        title={label}
        onClick={() => onChange(!open)}
      >
        {button}
      </button>
      <div id={id} class={`popup ${side}`} hidden={!open}>
        {open && children}
      </div>
    </div>
  );
}
